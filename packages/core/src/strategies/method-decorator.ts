import { CacheError } from '../errors.ts';
import type { Arguments } from './call-options.ts';

/** Any function, when only its being one matters. */
export type AnyFunction = (this: unknown, ...args: Arguments) => unknown;

/**
 * A decorator for methods that return promises, in standard (TC39) and legacy (`experimentalDecorators`) form. The method may take more
 * arguments than the options speak of.
 */
export interface CacheMethodDecorator<Instance, Args extends Arguments, Result> {
  <This extends Instance, Method extends (this: This, ...args: never) => Promise<Result>>(
    method: Method,
    context: ClassMethodDecoratorContext<This> & { readonly access: { get(instance: This): Taking<Args, Method> } },
  ): Method;
  <Method extends (...args: never) => Promise<Result>>(
    target: Instance,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<Method> & { readonly value?: Taking<Args, Method> },
  ): void;
}

/** Anything for a method that is called with these arguments or more, else what such a method would be. */
type Taking<Args extends Arguments, Method> = Method extends (...args: infer Given) => unknown
  ? Given extends readonly [...Args, ...unknown[]]
    ? unknown
    : (...args: [...Args, ...unknown[]]) => unknown
  : never;

/** What is done in the place of a function. */
export interface Calls {
  run(instance: unknown, args: Arguments): Promise<unknown>;
}

/**
 * The decorator that does in the place of a method what `callsOf` makes of it, however it is called.
 *
 * @param callsOf is given the method, and what names it for an instance
 * @throws CacheError `ERR_CACHE_OPTION` for anything but a method
 */
export function methodDecorator(
  decorator: string,
  callsOf: (method: AnyFunction, nameOf: (instance: unknown) => string) => Calls,
): CacheMethodDecorator<unknown, Arguments, unknown> {
  const replace = (method: unknown, name: string | symbol): AnyFunction => {
    if (typeof method !== 'function') throw notAMethod(decorator);
    const original = method as AnyFunction;
    return standIn(
      original,
      callsOf(original, (instance) => `${classNameOf(instance)}.${String(name)}`),
    );
  };
  const decorate = (first: unknown, second: unknown, third: unknown): unknown => {
    if (isContext(second)) {
      if (second.kind !== 'method') throw notAMethod(decorator, second.kind);
      return replace(first, second.name);
    }
    if (typeof third !== 'object' || third === null) throw notAMethod(decorator);
    const descriptor = third as PropertyDescriptor;
    descriptor.value = replace(descriptor.value, second as string | symbol);
    return undefined;
  };
  return decorate as CacheMethodDecorator<unknown, Arguments, unknown>;
}

/** The function to be called instead, with the name, the length and the metadata (of `reflect-metadata`) of the original. */
export function standIn(original: AnyFunction, calls: Calls): (...args: Arguments) => Promise<unknown> {
  const call = function (this: unknown, ...args: Arguments): Promise<unknown> {
    return calls.run(this, args);
  };
  for (const name of ['name', 'length'] as const) {
    Object.defineProperty(call, name, { value: original[name], configurable: true });
  }
  const { getOwnMetadataKeys, getOwnMetadata, defineMetadata } = Reflect as Partial<MetadataReflection>;
  if (getOwnMetadataKeys === undefined) return call;
  for (const key of getOwnMetadataKeys(original)) defineMetadata?.(key, getOwnMetadata?.(key, original), call);
  return call;
}

function classNameOf(instance: unknown): string {
  if (typeof instance === 'function') return instance.name;
  if (typeof instance !== 'object' || instance === null) return '';
  return instance.constructor.name;
}

interface MetadataReflection {
  readonly getOwnMetadataKeys: (target: object) => readonly unknown[];
  readonly getOwnMetadata: (key: unknown, target: object) => unknown;
  readonly defineMetadata: (key: unknown, value: unknown, target: object) => void;
}

function isContext(given: unknown): given is { readonly kind: string; readonly name: string | symbol } {
  return typeof given === 'object' && given !== null && 'kind' in given;
}

function notAMethod(decorator: string, kind: string = 'something else'): CacheError {
  const message = `\`${decorator}\` decorates ${kind}; allowed: a method (for a function: \`${decorator}(cache, options, function)\`).`;
  return new CacheError('ERR_CACHE_OPTION', message, 'kind');
}
