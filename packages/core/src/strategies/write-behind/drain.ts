const drains = new Set<() => Promise<unknown>>();
let draining = false;

/** Has `drain` called on SIGTERM, and lets the process end by it afterwards unless somebody else listens. The function returned ends that. */
export function drainOnSigterm(drain: () => Promise<unknown>): () => void {
  if (drains.size === 0) process.on('SIGTERM', onSigterm);
  drains.add(drain);
  return () => {
    drains.delete(drain);
    if (drains.size === 0) process.off('SIGTERM', onSigterm);
  };
}

/** A listener takes the signal its usual effect, so that effect is brought back when all is written. A second signal does not wait. */
function onSigterm(): void {
  if (draining) return endUnlessHeard();
  draining = true;
  void Promise.allSettled([...drains].map((drain) => drain())).then(() => {
    draining = false;
    endUnlessHeard();
  });
}

function endUnlessHeard(): void {
  if (process.listenerCount('SIGTERM') > (drains.size > 0 ? 1 : 0)) return;
  process.off('SIGTERM', onSigterm);
  process.kill(process.pid, 'SIGTERM');
}
