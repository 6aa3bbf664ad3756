import { Redis } from 'ioredis';

/** What a cache and this count do for themselves, however many operations there are. */
const OWN = ['auth', 'client', 'exists', 'hello', 'info', 'ping', 'select', 'xinfo', 'xrange', 'xread', 'xrevrange'];

const TIMES = 20;

/** How many commands Redis is sent for one operation. */
export async function commandsPer(operation: () => unknown, url: string): Promise<number> {
  const client = new Redis(url);
  try {
    const before = await commandsSent(client);
    for (let time = 0; time < TIMES; time++) await operation();
    return ((await commandsSent(client)) - before) / TIMES;
  } finally {
    client.disconnect();
  }
}

async function commandsSent(client: Redis): Promise<number> {
  const info = await client.info('commandstats');
  const calls = [...info.matchAll(/^cmdstat_([^|:]+)[^:]*:calls=(\d+)/gm)];
  return calls.reduce((sum, [, name = '', count]) => sum + (OWN.includes(name) ? 0 : Number(count)), 0);
}
