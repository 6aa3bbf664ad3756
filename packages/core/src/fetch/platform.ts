import type { Encoding } from '../http/encoding.ts';
import type { Platform } from '../http/http-cache.ts';

/** What of Node's `node:crypto` makes an entity tag. */
interface CryptoModule {
  createHash(algorithm: string): { update(data: Uint8Array): { digest(encoding: 'base64url'): string } };
}

/** What of Node's `node:zlib` makes the codings. */
interface ZlibModule {
  readonly constants: Readonly<Record<'BROTLI_PARAM_QUALITY' | 'BROTLI_PARAM_SIZE_HINT', number>>;
  gzip(body: Uint8Array, options: object, done: Compressed): void;
  brotliCompress(body: Uint8Array, options: object, done: Compressed): void;
}

type Compressed = (error: unknown, result: Uint8Array) => void;

/**
 * What this runtime can do for the engine. With Node's modules at hand (Node, Bun, Deno, Workers with `nodejs_compat`) all
 * that `@cache/core/node` can. Without them the cache makes no entity tags, because Web Crypto has no answer at once, and
 * only `gzip`, because `CompressionStream` has nothing better.
 */
export function runtimePlatform(builtin: (name: string) => unknown = builtinModule): Platform {
  const crypto = builtin('node:crypto') as CryptoModule | undefined;
  const zlib = builtin('node:zlib') as ZlibModule | undefined;
  return {
    entityTag: (body) => (crypto === undefined ? undefined : entityTag(crypto, body)),
    encode: (body, coding) => (zlib === undefined ? gzipStream(body) : compress(zlib, body, coding)),
    encodings: zlib !== undefined ? ['br', 'gzip'] : typeof CompressionStream === 'function' ? ['gzip'] : [],
  };
}

/** A module of Node, had at once and without an import that would fail elsewhere. */
function builtinModule(name: string): unknown {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.(name);
}

/** The same as that of `@cache/core/node`, so that servers of both kinds can share what they store. */
function entityTag(crypto: CryptoModule, body: Uint8Array): string {
  return `"${crypto.createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
}

function compress(zlib: ZlibModule, body: Uint8Array, coding: Encoding): Promise<Uint8Array> {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = zlib.constants;
  return new Promise((resolve, reject) => {
    const done: Compressed = (error, result) => (error instanceof Error ? reject(error) : resolve(result));
    if (coding === 'gzip') zlib.gzip(body, { level: 9 }, done);
    else {
      const params = { [BROTLI_PARAM_QUALITY]: 9, [BROTLI_PARAM_SIZE_HINT]: body.byteLength };
      zlib.brotliCompress(body, { params }, done);
    }
  });
}

async function gzipStream(body: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([body as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream as ReadableStream).arrayBuffer());
}
