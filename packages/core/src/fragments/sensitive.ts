/** Names of locals that belong to one user or one answer wherever they are used. */
export const SENSITIVE: readonly string[] = [
  'csrf',
  'csrfToken',
  '_csrf',
  'nonce',
  'cspNonce',
  'user',
  'currentUser',
  'session',
  'flash',
];

/**
 * A copy of template locals in which reading a sensitive one calls `check` first. Values are guarded, not properties: some engines
 * copy all locals before they render.
 */
export function guardLocals<T extends object>(locals: T, names: readonly string[], check: (name: string) => void): T {
  const guarded = names
    .filter((name) => name in locals)
    .map((name) => [name, guardValue(locals[name as keyof T], () => check(name))] as const);
  return { ...locals, ...Object.fromEntries(guarded) };
}

function guardValue(value: unknown, check: () => void): unknown {
  if (typeof value === 'function' || (typeof value === 'object' && value !== null)) return guardObject(value, check);
  // What is empty has nothing to tell, and an object around it would be true.
  if (!value || typeof value === 'boolean' || typeof value === 'symbol') return value;
  return guardPrimitive(value, check);
}

function guardObject(target: object, check: () => void): object {
  return new Proxy(target, {
    get(_, name) {
      check();
      const value: unknown = Reflect.get(target, name, target);
      const own = Reflect.getOwnPropertyDescriptor(target, name);
      if (typeof value !== 'function' || (own !== undefined && own.configurable === false)) return value;
      return value.bind(target) as unknown;
    },
    has(_, name) {
      check();
      return Reflect.has(target, name);
    },
    ownKeys() {
      check();
      return Reflect.ownKeys(target);
    },
    apply(_, self, values: unknown[]) {
      check();
      return Reflect.apply(target as (...values: unknown[]) => unknown, self, values);
    },
  });
}

function guardPrimitive(value: unknown, check: () => void): object {
  const read = (): unknown => {
    check();
    return value;
  };
  return Object.defineProperties(Object(value) as object, {
    [Symbol.toPrimitive]: { value: read },
    toString: { value: () => String(read()) },
    valueOf: { value: read },
    // React prints no objects, but what can be iterated, as strings can.
    [Symbol.iterator]: { value: () => String(read())[Symbol.iterator]() },
  });
}
