import { connect } from 'node:net';
import { percentile } from '../../measure/statistics.ts';
import { AnswerReader } from './answer-reader.ts';
import type { LoadResult, LoadTask } from './load.ts';

const CONNECTIONS = 32;
const SILENCE_MS = 2_000;

const {
  port,
  path,
  headers,
  durationMs,
  atLeast = 0,
  status: expected,
} = JSON.parse(process.argv[2] ?? '') as LoadTask;
const lines = Object.entries({ Host: `127.0.0.1:${port}`, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
const request = Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);

const latencies: number[] = [];
let unexpected = 0;
const start = performance.now();
const end = start + durationMs;
const isOver = (now: number): boolean => now >= end && latencies.length >= atLeast;

await Promise.all(Array.from({ length: CONNECTIONS }, () => keepAsking()));
const result: LoadResult = {
  opsPerSecond: (latencies.length * 1000) / (performance.now() - start),
  p50Ms: latencies.length === 0 ? 0 : percentile(latencies, 0.5),
  p99Ms: latencies.length === 0 ? 0 : percentile(latencies, 0.99),
  answers: latencies.length,
  unexpected,
};
process.stdout.write(JSON.stringify(result));

/** Holds one connection and sends the next request as soon as the answer to the last one is complete. */
function keepAsking(): Promise<void> {
  return new Promise((resolve) => {
    let sentAt = 0;
    const reader = new AnswerReader((status) => {
      const now = performance.now();
      latencies.push(now - sentAt);
      if (status !== expected) unexpected++;
      if (isOver(now)) socket.end();
      else send(now);
    });
    const onread = {
      buffer: Buffer.allocUnsafe(65_536),
      callback: (length: number, buffer: Uint8Array) => {
        reader.push((buffer as Buffer).subarray(0, length));
        return true;
      },
    };
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
    socket.on('connect', () => send(performance.now()));
    socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error('no answer')));
    socket.on('error', () => unexpected++);
    socket.on('close', (hadError) => {
      if (!hadError && !isOver(performance.now())) unexpected++;
      resolve();
    });

    function send(now: number): void {
      sentAt = now;
      socket.write(request);
    }
  });
}
