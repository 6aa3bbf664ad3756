import { createCache } from '@cache/core';
import { answerAlone } from '../measure/alone.ts';
import { BACKENDS, type Servers } from './backends.ts';
import { measureLatencies } from './workload.ts';

/** Measures one backend at one miss rate. */
const [backend = '', servers = '{}', missRate, warmUpMs, measureMs] = process.argv.slice(2);

await answerAlone(async () => {
  const make = BACKENDS[backend];
  if (make === undefined) throw new Error(`no backend ${backend}`);
  const cache = createCache({ backend: make(JSON.parse(servers) as Servers), ttl: '1h', backendTimeout: '5s' });
  await cache.get('ready?');
  const budget = { warmUpMs: Number(warmUpMs), measureMs: Number(measureMs) };
  const latencies = await measureLatencies(cache, Number(missRate), budget);
  await cache.close();
  return latencies;
});
