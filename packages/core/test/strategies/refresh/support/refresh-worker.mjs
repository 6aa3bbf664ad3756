import { createCache } from '@cache/core';
import { refreshProcessor } from '@cache/core/bullmq';
import { redis } from '@cache/core/redis';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { CountedCities } from './counted-cities.mjs';

// A process that does nothing but refresh, as it is built.
const { url, prefix, queue, ledger, stuckAfter } = JSON.parse(process.argv[2]);
const { hostname: host, port } = new URL(url);
const cache = createCache({ backend: redis(url, { prefix, timeout: '5s' }), backendTimeout: '5s' });
const job = new CountedCities(cache, { redis: new Redis(url), ledger, stuckAfter });
const worker = new Worker(queue, refreshProcessor([job]), {
  connection: { host, port: Number(port) },
  concurrency: 3,
  lockDuration: 1_000,
  stalledInterval: 200,
});
worker.on('error', (error) => process.stderr.write(`${error}\n`));
await worker.waitUntilReady();
process.send('ready');
