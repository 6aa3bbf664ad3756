import { hopByHop } from './hop-by-hop.ts';

/** The field lines of the origin's response as they are passed on, lines of one name together, in the order they came. */
export function responseFields(
  raw: readonly (readonly [name: string, value: string])[],
  via: string,
): Map<string, string[]> {
  const connection = raw.filter(([name]) => name.toLowerCase() === 'connection').map(([, value]) => value);
  const dropped = hopByHop(connection.join(','));
  const names = new Map<string, string>();
  const fields = new Map<string, string[]>();
  for (const [name, value] of [...raw, ['Via', `1.1 ${via}`] as const]) {
    const lowerCase = name.toLowerCase();
    if (dropped.has(lowerCase)) continue;
    const known = names.get(lowerCase) ?? name;
    names.set(lowerCase, known);
    fields.set(known, [...(fields.get(known) ?? []), value]);
  }
  return fields;
}

/** undici gives raw fields as a flat list of buffers. */
export function linesOf(raw: readonly (Buffer | string)[]): [name: string, value: string][] {
  const lines: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) lines.push([latin1(raw[i]), latin1(raw[i + 1])]);
  return lines;
}

function latin1(text: Buffer | string | undefined): string {
  return typeof text === 'string' ? text : (text?.toString('latin1') ?? '');
}
