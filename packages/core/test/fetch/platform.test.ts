import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { runtimePlatform } from '../../src/fetch/platform.ts';
import { encode as encodeOnNode } from '../../src/node/encode.ts';
import { entityTag as entityTagOnNode } from '../../src/node/entity-tag.ts';
import { fetchSite } from './support/site.ts';

const BODY = new TextEncoder().encode('<li>a city by the sea</li>'.repeat(100));

describe('a runtime with the modules of Node', () => {
  it('makes the same entity tags and codings as the adapter for Node', async () => {
    const { entityTag, encode, encodings } = runtimePlatform();
    expect(entityTag(BODY)).toBe(entityTagOnNode(BODY));
    expect(encodings).toEqual(['br', 'gzip']);
    for (const coding of ['br', 'gzip'] as const) {
      expect(Buffer.compare(await encode(BODY, coding), await encodeOnNode(BODY, coding))).toBe(0);
    }
  });

  it('serves what it has coded', async () => {
    const headers = { 'Content-Type': 'text/html' };
    const site = fetchSite(() => new Response(BODY, { headers }), { encodings: ['br', 'gzip'] });
    await (await site.ask('/')).text();
    const hit = await site.ask('/', { headers: { 'Accept-Encoding': 'gzip' } });
    expect(hit.headers.get('content-encoding')).toBe('gzip');
    expect(gunzipSync(new Uint8Array(await hit.arrayBuffer())).equals(BODY)).toBe(true);
  });
});

describe('a runtime without them', () => {
  it('makes no entity tags, and gzip only', async () => {
    const { entityTag, encode, encodings } = runtimePlatform(() => undefined);
    expect(entityTag(BODY)).toBeUndefined();
    expect(encodings).toEqual(['gzip']);
    expect(gunzipSync(await encode(BODY, 'gzip')).equals(BODY)).toBe(true);
  });
});
