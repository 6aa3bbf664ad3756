import type { IncomingHttpHeaders } from 'node:http';
import { hopByHop } from './hop-by-hop.ts';

/** What becomes of `Forwarded` and `X-Forwarded-*`. */
export type ForwardedPolicy = 'replace' | 'append' | 'off';

/** Where a request came from. */
export interface Arrival {
  readonly client: string;
  /** The host that was asked for. */
  readonly host: string;
  readonly scheme: 'http' | 'https';
  readonly httpVersion: string;
}

/** How requests are passed on. */
export interface PassingOn {
  readonly forwarded: ForwardedPolicy;
  /** The name of this proxy in `Via`. */
  readonly via: string;
  /** Sent as `Host`; `undefined` sends the client's. */
  readonly host: string | undefined;
}

const FORWARDED = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
] as const;

/** Fields of a request that end here besides the hop-by-hop ones: Node has answered the expectation, undici sets `Host`. */
const ENDING: ReadonlySet<string> = new Set(['expect', 'host', 'via']);

/** The fields of a request as the origin gets them: a flat list of names and values. */
export function requestFields(fields: IncomingHttpHeaders, arrival: Arrival, passing: PassingOn): string[] {
  const dropped = new Set([...hopByHop(fields.connection), ...ENDING]);
  if (passing.forwarded !== 'off') for (const name of FORWARDED) dropped.add(name);
  const flat = ['host', passing.host ?? arrival.host];
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || dropped.has(name)) continue;
    for (const line of Array.isArray(value) ? value : [value]) flat.push(name, line);
  }
  flat.push('via', joined(fields.via, `${arrival.httpVersion} ${passing.via}`));
  if (passing.forwarded === 'off') return flat;
  const { 'x-forwarded-for': before } = fields;
  const trusted = passing.forwarded === 'append';
  flat.push('x-forwarded-for', trusted ? joined(before, arrival.client) : arrival.client);
  flat.push('x-forwarded-host', String((trusted ? fields['x-forwarded-host'] : undefined) ?? arrival.host));
  flat.push('x-forwarded-proto', String((trusted ? fields['x-forwarded-proto'] : undefined) ?? arrival.scheme));
  return flat;
}

function joined(before: string | string[] | undefined, last: string): string {
  return before === undefined ? last : `${String(before)}, ${last}`;
}
