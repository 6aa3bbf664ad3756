/** What the key is made of where there are routers: the URL that was asked for, and what was made of it above the cache if anything. */
export function routedUrl(asked: string, routed: string): string {
  return routed === asked ? asked : `${asked} ${routed}`;
}

/**
 * The URL that was asked for with what the policy lets the handler see of its query: that of Node's own `url`, once a fill has begun.
 *
 * @param url Node's own
 */
export function withVisibleQuery(asked: string, url: string): string {
  const [path = ''] = asked.split('?', 1);
  const queryAt = url.indexOf('?');
  return queryAt === -1 ? path : path + url.slice(queryAt);
}
