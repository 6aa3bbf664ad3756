/** What of the Cache API `hono/cache` uses. */
interface WebCaches {
  open(name: string): Promise<{
    match(key: string): Promise<Response | undefined>;
    put(key: string, response: Response): Promise<void>;
  }>;
}

interface Stored {
  readonly init: ResponseInit;
  readonly body: ArrayBuffer;
}

/**
 * The Cache API in memory, as little of it as `hono/cache` needs: Node has none. A hit costs it a look-up and a `Response` over the stored bytes;
 * real ones, which copy, count and expire, take longer.
 */
export function memoryCaches(): WebCaches {
  const caches = new Map<string, Map<string, Stored>>();
  return {
    open: async (name) => {
      const stored = caches.get(name) ?? new Map<string, Stored>();
      caches.set(name, stored);
      return {
        match: async (key) => {
          const found = stored.get(key);
          return found === undefined ? undefined : new Response(found.body, found.init);
        },
        put: async (key, response) => {
          const { status, headers } = response;
          stored.set(key, { init: { status, headers: [...headers] }, body: await response.arrayBuffer() });
        },
      };
    },
  };
}
