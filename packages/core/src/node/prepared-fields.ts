import { type HeaderList, headerOf } from '../http/headers.ts';

/** A list of fields in the forms that Node takes them in. */
export interface PreparedFields {
  /** Each name once, with its values. */
  readonly grouped: readonly (readonly [name: string, value: string | string[]])[];
  readonly vary: string | undefined;
}

const known = new WeakMap<HeaderList, PreparedFields>();

/** The fields of a stored response, prepared once for all the answers that are made of it. */
export function preparedFields(list: HeaderList): PreparedFields {
  let prepared = known.get(list);
  if (prepared === undefined) {
    prepared = { grouped: groupFields(list), vary: headerOf(list, 'vary') };
    known.set(list, prepared);
  }
  return prepared;
}

/** The fields of a list, a repeated one with all its values. */
export function groupFields(list: HeaderList): [name: string, value: string | string[]][] {
  const grouped = new Map<string, string[]>();
  for (let i = 0; i + 1 < list.length; i += 2) {
    const name = list[i] ?? '';
    const values = grouped.get(name);
    if (values === undefined) grouped.set(name, [list[i + 1] ?? '']);
    else values.push(list[i + 1] ?? '');
  }
  return [...grouped].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]);
}
