/** Fields that concern one connection only (RFC 9110, section 7.6.1, and what older software takes for such). */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** What the message itself needs, whatever `Connection` says of it. */
const NEVER_LISTED: ReadonlySet<string> = new Set(['host', 'content-length', 'cache-control', 'content-type']);

/** The names of fields that a proxy does not pass on, in lower case: the usual ones, and those that `Connection` lists. */
export function hopByHop(connection: string | undefined): Set<string> {
  const listed = (connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  return new Set([...HOP_BY_HOP, ...listed.filter((name) => name !== '' && !NEVER_LISTED.has(name))]);
}
