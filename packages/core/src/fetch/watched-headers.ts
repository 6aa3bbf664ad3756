/** The ways to look at all fields at once. */
const ALL = ['forEach', 'keys', 'values', 'entries', Symbol.iterator] as const;

/**
 * Request fields of which it is noted which ones are looked at: by their names in lower case, `'*'` for all of them.
 *
 * @param visible the fields; they are copied
 */
export function watchedHeaders(visible: Headers, note: (name: string) => void): Headers {
  const headers = new Headers(visible);
  const replace = (name: string | symbol, look: (...args: unknown[]) => unknown): void => {
    Object.defineProperty(headers, name, { value: look, configurable: true, writable: true });
  };
  for (const name of ['get', 'has'] as const) {
    const look = headers[name];
    replace(name, (field) => {
      note(String(field).toLowerCase());
      return Reflect.apply(look, headers, [field]);
    });
  }
  for (const name of ALL) {
    const look = headers[name];
    replace(name, (...args) => {
      note('*');
      return Reflect.apply(look, headers, args);
    });
  }
  // What `console.log` shows on Node.
  replace(Symbol.for('nodejs.util.inspect.custom'), () => Object.fromEntries(headers));
  return headers;
}
