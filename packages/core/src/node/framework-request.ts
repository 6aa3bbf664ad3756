/** Whether authentication above the cache knows who is asking: passport's `user`, the `auth` of libraries for JWT. */
export function isIdentified(request: object): boolean {
  const { user, auth } = request as { readonly user?: unknown; readonly auth?: unknown };
  return (user ?? auth ?? undefined) !== undefined;
}

/** Hides what a cookie parser above the cache made of all cookies, apart from those that the handler may see. */
export function hideParsedCookies(request: object, visible: readonly string[]): void {
  for (const name of ['cookies', 'signedCookies'] as const) {
    const holder = request as Partial<Record<typeof name, Record<string, unknown>>>;
    const parsed = holder[name];
    if (parsed === undefined || parsed === null) continue;
    holder[name] = Object.fromEntries(Object.entries(parsed).filter(([cookie]) => visible.includes(cookie)));
  }
}
