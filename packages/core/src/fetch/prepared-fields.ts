import { type HeaderList, headerLines, headerOf } from '../http/headers.ts';

/** A list of fields in the forms that a `Response` takes them in. */
export interface PreparedFields {
  /** Each name once, lines joined; without `Set-Cookie`, whose lines cannot be. */
  readonly single: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly vary: string | undefined;
}

const known = new WeakMap<HeaderList, PreparedFields>();

/** The fields of a stored response, prepared once for all the answers that are made of it. */
export function preparedFields(list: HeaderList): PreparedFields {
  let prepared = known.get(list);
  if (prepared === undefined) {
    prepared = prepare(list);
    known.set(list, prepared);
  }
  return prepared;
}

function prepare(list: HeaderList): PreparedFields {
  const names = new Map<string, string>();
  for (let i = 0; i + 1 < list.length; i += 2) {
    const name = list[i] ?? '';
    if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
  }
  names.delete('set-cookie');
  const fields = [...names].map(([lowerCase, name]) => [name, headerOf(list, lowerCase) ?? ''] as const);
  return {
    single: Object.fromEntries(fields),
    cookies: headerLines(list, 'set-cookie'),
    vary: headerOf(list, 'vary'),
  };
}
