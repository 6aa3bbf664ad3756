import type { HeaderList } from '../http/headers.ts';
import type { OwnFields } from '../http/response-head.ts';

/** The fields as the engine takes them; lines of one name are one line here, apart from `Set-Cookie`. */
export function headerList(headers: Headers): HeaderList {
  return [...headers].flat();
}

/** How the handler changed the fields that were set above the cache. */
export function fieldsChangedSince(above: HeaderList, headers: HeaderList): OwnFields {
  const before = linesByName(above);
  const after = linesByName(headers);
  const set: string[] = [];
  for (const [name, lines] of after) {
    if (before.get(name)?.join('\n') === lines.join('\n')) continue;
    for (const line of lines) set.push(name, line);
  }
  return { set, removed: [...before.keys()].filter((name) => !after.has(name)) };
}

function linesByName(list: HeaderList): Map<string, string[]> {
  const lines = new Map<string, string[]>();
  for (let i = 0; i + 1 < list.length; i += 2) {
    const [name = '', value = ''] = [list[i], list[i + 1]];
    const known = lines.get(name);
    if (known === undefined) lines.set(name, [value]);
    else known.push(value);
  }
  return lines;
}
