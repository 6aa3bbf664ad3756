import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** Request fields by name in lower case; `undefined` for one that must not be there. */
export type FieldChanges = ReadonlyMap<string, string | undefined>;

/** The fields with the changes made. */
export function changedHeaders(headers: IncomingHttpHeaders, changes: FieldChanges): IncomingHttpHeaders {
  const changed: IncomingHttpHeaders = { ...headers };
  for (const [name, value] of changes) {
    if (value === undefined) delete changed[name];
    else changed[name] = value;
  }
  return changed;
}

/** Changes fields of a request for whoever looks at it from now on, in the list of raw fields too. */
export function changeFields(message: IncomingMessage, changes: FieldChanges): void {
  if (changes.size === 0) return;
  const raw: string[] = [];
  const list = message.rawHeaders;
  for (let i = 0; i + 1 < list.length; i += 2) {
    const name = list[i] ?? '';
    if (!changes.has(name.toLowerCase())) raw.push(name, list[i + 1] ?? '');
  }
  for (const [name, value] of changes) if (value !== undefined) raw.push(name, value);
  replace(message, 'headers', changedHeaders(message.headers, changes));
  replace(message, 'rawHeaders', raw);
}

function replace(message: IncomingMessage, name: 'headers' | 'rawHeaders', value: unknown): void {
  Object.defineProperty(message, name, { value, configurable: true, enumerable: true, writable: true });
}

/** Remembers the fields of a request as they are shown now. Returns what shows them so again. */
export function rememberFields(message: IncomingMessage): () => void {
  const shown = (['headers', 'rawHeaders', 'headersDistinct'] as const).map(
    (name) => [name, Object.getOwnPropertyDescriptor(message, name)] as const,
  );
  return () => {
    for (const [name, descriptor] of shown) {
      if (descriptor === undefined) Reflect.deleteProperty(message, name);
      else Object.defineProperty(message, name, descriptor);
    }
  };
}
