import { createRequire } from 'node:module';
import Koa from 'koa';

type KoaClass = typeof Koa;

/** Koa 2 has no types of its own here; what the tests use is the same in both. */
const Koa2 = createRequire(import.meta.url)('koa2') as KoaClass;

/** For `describe.each`: each test of the adapter runs on every major version that it supports. */
export const koaVersions: { readonly version: string; readonly Koa: KoaClass }[] = [
  { version: 'Koa 3', Koa },
  { version: 'Koa 2', Koa: Koa2 },
];
