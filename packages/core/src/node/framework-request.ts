/** Whether authentication above the cache knows who is asking: passport's `user`, the `auth` of libraries for JWT. */
export function isIdentified(request: object): boolean {
  const { user, auth } = request as { readonly user?: unknown; readonly auth?: unknown };
  return (user ?? auth ?? undefined) !== undefined;
}

/** Where middleware puts who is asking, or what it knows of a visit. */
const IDENTITY = ['auth', 'currentUser', 'session', 'user'] as const;

/** Where cookie parsers put what they found. */
const COOKIES = ['cookies', 'signedCookies'] as const;

/** What of the objects of a framework a handler must not see. */
export interface Hidden {
  /** The cookies that it may see; `undefined`: all. */
  readonly cookies: readonly string[] | undefined;
  /** Whether it is to find nobody known. */
  readonly identity: boolean;
}

/** Hides what middleware above the cache has learned from a request. Returns what shows it again. */
export function hideLearned(holders: readonly object[], { cookies, identity }: Hidden): () => void {
  const hidden: (() => void)[] = [];
  const replace = (holder: object, name: string, value: unknown): void => {
    const before = Object.getOwnPropertyDescriptor(holder, name);
    if (before?.configurable === false) return;
    Object.defineProperty(holder, name, { value, configurable: true, enumerable: true, writable: true });
    hidden.push(() => {
      if (before === undefined) Reflect.deleteProperty(holder, name);
      else Object.defineProperty(holder, name, before);
    });
  };
  for (const holder of holders) {
    for (const name of cookies === undefined ? [] : COOKIES) {
      const parsed = (holder as Partial<Record<typeof name, unknown>>)[name];
      if (!isPlain(parsed)) continue;
      replace(holder, name, Object.fromEntries(Object.entries(parsed).filter(([cookie]) => cookies?.includes(cookie))));
    }
    for (const name of identity ? IDENTITY : []) if (name in holder) replace(holder, name, undefined);
  }
  return () => {
    for (const show of hidden.splice(0).reverse()) show();
  };
}

/** The `cookies` of Koa are no list but look at the request. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
