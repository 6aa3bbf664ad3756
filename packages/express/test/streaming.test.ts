import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import { cacheResponse, type ResponsePolicy } from '@cache/express';
import type { RequestHandler, Response } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { controlledHandler, counted } from './support/handlers.ts';
import { readAnswer, type Site, startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

const BYTES = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7 + (index >> 8)) % 256));

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'streaming-'));
  writeFileSync(join(folder, 'file.bin'), BYTES);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(expressVersions)('streamed responses on $version', ({ express }) => {
  async function siteOf(handler: RequestHandler, policy: ResponsePolicy = {}): Promise<Site> {
    const { cache } = testCache();
    return startSite(express().use(cacheResponse(cache, policy), handler));
  }

  const send = (answer: (response: Response) => unknown) => counted((_request, response) => void answer(response));

  it('reach the client while the handler still writes', async () => {
    const page = controlledHandler();
    const site = await siteOf(page.handler);

    const opened = site.open('/');
    const { response } = await page.run(0);
    response.write('first');
    const message = await opened;
    const [chunk] = (await once(message, 'data')) as [Buffer];
    expect(chunk.toString()).toBe('first');
    response.write(', second');
    response.end(', third');

    expect((await readAnswer(message)).text).toBe(', second, third');
    const hit = await site.get('/');
    expect([hit.text, hit.cacheStatus]).toEqual(['first, second, third', 'hit; ttl=300']);
    expect(hit.header('content-length')).toBe('20');
    expect(hit.header('transfer-encoding')).toBeUndefined();
  });

  it.each<[string, (response: Response) => unknown]>([
    ['pipe', (response) => Readable.from([BYTES.subarray(0, 70_000), BYTES.subarray(70_000)]).pipe(response)],
    ['pipeline', (response) => pipeline(Readable.from([BYTES.subarray(0, 9), BYTES.subarray(9)]), response)],
    ['pipeline of a large stream', (response) => pipeline(Readable.from(slices(BYTES, 1_000)), response)],
    ['one end', (response) => response.end(BYTES)],
    ['Uint8Array', (response) => response.end(new Uint8Array(BYTES))],
  ])('are stored byte by byte (%s)', async (_way, answer) => {
    const page = send(answer);
    const site = await siteOf(page.handler);

    const miss = await site.get('/');
    const hit = await site.get('/');

    expect(miss.body.equals(BYTES)).toBe(true);
    expect(hit.body.equals(BYTES)).toBe(true);
    expect(page.count).toBe(1);
  });

  it('are stored as they were encoded', async () => {
    const page = counted((_request, response) => {
      response.set({ 'Content-Encoding': 'gzip', 'Content-Type': 'text/plain' }).vary('Accept-Encoding');
      void pipeline(Readable.from(['Grüße, ', 'Welt']), createGzip() as Transform, response);
    });
    const site = await siteOf(page.handler);
    const headers = { 'accept-encoding': 'gzip' };

    await site.get('/', { headers });
    const hit = await site.get('/', { headers });

    expect(gunzipSync(hit.body).toString()).toBe('Grüße, Welt');
    expect(hit.header('content-encoding')).toBe('gzip');
    expect(page.count).toBe(1);
  });

  it('are stored when a file is sent that says how long it is fresh', async () => {
    const page = send((response) => response.sendFile('file.bin', { root: folder, maxAge: 60_000 }));
    const site = await siteOf(page.handler);

    const miss = await site.get('/');
    const hit = await site.get('/');

    expect(page.count).toBe(1);
    expect(hit.body.equals(BYTES)).toBe(true);
    expect(hit.cacheStatus).toBe('hit; ttl=60');
    for (const name of ['etag', 'last-modified', 'cache-control', 'content-type', 'accept-ranges']) {
      expect([name, hit.header(name)]).toEqual([name, miss.header(name)]);
    }
    const unchanged = await site.get('/', { headers: { 'if-modified-since': miss.header('last-modified') ?? '' } });
    expect([unchanged.status, unchanged.cacheStatus]).toEqual([304, 'hit; ttl=60']);
  });

  it('leave ranges of a file to the handler', async () => {
    const page = send((response) => response.sendFile('file.bin', { root: folder, maxAge: 60_000 }));
    const site = await siteOf(page.handler);

    const before = await site.get('/', { headers: { range: 'bytes=10-19' } });
    const whole = await site.get('/');
    const after = await site.get('/', { headers: { range: 'bytes=10-19' } });

    for (const part of [before, after]) {
      expect(part.status).toBe(206);
      expect(part.body.equals(BYTES.subarray(10, 20))).toBe(true);
    }
    expect([whole.status, whole.body.length]).toEqual([200, BYTES.length]);
    expect((await site.get('/')).cacheStatus).toBe('hit; ttl=60');
  });

  it.each<[string, string, (response: Response) => void]>([
    ['base64', 'Grüße', (response) => response.end(Buffer.from('Grüße').toString('base64'), 'base64')],
    ['hex', 'äb', (response) => void (response.write('c3a4', 'hex'), response.end('62', 'hex'))],
    ['latin1', '\ufffd', (response) => response.end('ä', 'latin1')],
    ['utf16le', 'a\0b\0', (response) => response.end('ab', 'utf16le')],
    ['an encoding and a callback', 'ok', (response) => void response.write('6f6b', 'hex', () => response.end())],
    ['a callback', 'ok', (response) => void response.write('ok', () => response.end())],
    ['a callback of end', 'ok', (response) => response.end('ok', () => {})],
    ['only a callback in end', 'ok', (response) => void (response.write('ok'), response.end(() => {}))],
    ['a buffer whose memory is used again', 'abcd', reuse],
  ])('are stored as written with %s', async (_way, text, answer) => {
    const page = send(answer);
    const site = await siteOf(page.handler);

    const miss = await site.get('/');
    const hit = await site.get('/');

    expect(miss.text).toBe(text);
    expect(hit.body).toEqual(miss.body);
    expect(page.count).toBe(1);
  });

  it('keep what they return and call back', async () => {
    const page = controlledHandler();
    const site = await siteOf(page.handler);
    const asked = site.get('/');
    const { response } = await page.run(0);

    const written = new Promise<unknown>((resolve) => {
      expect(response.write('x', resolve)).toBe(true);
    });
    expect(await written).toBeFalsy();
    const ended = new Promise<void>((resolve) => {
      expect(response.end(resolve)).toBe(response);
    });
    await ended;

    expect((await asked).text).toBe('x');
  });

  it('do not make anybody wait for an event stream, which has no end', async () => {
    const page = controlledHandler();
    const site = await siteOf(page.handler);

    for (let index = 0; index < 3; index += 1) {
      const opened = site.open('/');
      const { response } = await page.run(index);
      response.type('text/event-stream').write(`data: ${index}\n\n`);
      const message = await opened;
      const [chunk] = (await once(message, 'data')) as [Buffer];
      expect(chunk.toString()).toBe(`data: ${index}\n\n`);
    }
  });

  it('tell the handler when the client is too slow, and store all', async () => {
    let drained = 0;
    const page = counted((_request, response) => {
      response.on('drain', () => (drained += 1));
      void pipeline(Readable.from(slices(Buffer.alloc(2_000_000, 'x'), 50_000)), response);
    });
    const site = await siteOf(page.handler);

    await site.get('/');

    expect(drained).toBeGreaterThan(0);
    expect((await site.get('/')).body).toHaveLength(2_000_000);
    expect(page.count).toBe(1);
  });

  it('are passed on whole but not stored beyond the limit, whether it is announced or not', async () => {
    const page = counted((request, response) => {
      const body = 'x'.repeat(Number(request.query['size']));
      if (request.path === '/said') response.send(body);
      else Readable.from([body.slice(0, 5), body.slice(5)]).pipe(response);
    });
    const site = await siteOf(page.handler, { maxBodyBytes: 10 });

    for (const path of ['/said', '/streamed']) {
      expect((await site.get(`${path}?size=11`)).text).toHaveLength(11);
      expect((await site.get(`${path}?size=11`)).cacheStatus).not.toMatch(/^hit/);
      await site.get(`${path}?size=10`);
      expect((await site.get(`${path}?size=10`)).cacheStatus).toBe('hit; ttl=300');
    }
    expect((await site.get('/said?size=11')).cacheStatus).toBe('fwd=uri-miss; detail=size');
    expect(page.count).toBe(7);
  });
});

function* slices(bytes: Buffer, size: number): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

function reuse(response: Response): void {
  const buffer = Buffer.from('ab');
  response.write(buffer, () => {
    buffer.write('cd');
    response.write(buffer, () => {
      buffer.write('!!');
      response.end();
    });
  });
}
