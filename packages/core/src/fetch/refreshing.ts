const refreshing = new WeakSet<Request>();

/** Marks the request of a refresh. */
export function markRefresh(request: Request): void {
  refreshing.add(request);
}

/** Whether this is the request of a refresh: then a cache below makes what it finds stale anew at once, and starts no refresh of its own. */
export function isRefresh(request: Request): boolean {
  return refreshing.has(request);
}
