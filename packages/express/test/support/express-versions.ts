import { createRequire } from 'node:module';
import express from 'express';

type ExpressModule = typeof express;

/** Express 4 has no types of its own here; what the tests use is the same in both. */
const express4 = createRequire(import.meta.url)('express4') as ExpressModule;

/** For `describe.each`: each test of the adapter runs on every major version that it supports. */
export const expressVersions: { readonly version: string; readonly express: ExpressModule }[] = [
  { version: 'Express 5', express },
  { version: 'Express 4', express: express4 },
];
