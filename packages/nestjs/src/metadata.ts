import type { ExecutionContext } from '@nestjs/common';

/** Where something was declared: for the whole application, on a controller or on a method. */
export type Level = 'application' | 'controller' | 'method';

/** A method of a controller. */
export interface Place {
  readonly controller: ReturnType<ExecutionContext['getClass']>;
  readonly method: ReturnType<ExecutionContext['getHandler']>;
}

/** What was declared for a route on its controller and on its method. */
export interface Declared<T> {
  readonly controller: T | undefined;
  readonly method: T | undefined;
}

/** The method that a context is about to run. */
export function placeOf(context: ExecutionContext): Place {
  return { controller: context.getClass(), method: context.getHandler() };
}

/** Reads what decorators noted under a key for a method of a controller. */
export function declaredFor<T>({ controller, method }: Place, key: string): Declared<T> {
  return {
    controller: Reflect.getMetadata(key, controller) as T | undefined,
    method: Reflect.getMetadata(key, method) as T | undefined,
  };
}

/** The innermost place where something was declared: the interceptor of that place does the work, those around it pass. */
export function innermost({ controller, method }: Declared<unknown>): Level {
  if (method !== undefined) return 'method';
  return controller === undefined ? 'application' : 'controller';
}
