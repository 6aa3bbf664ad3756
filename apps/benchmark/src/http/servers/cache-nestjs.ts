import 'reflect-metadata';
import { CacheModule, CacheResponse } from '@cache/nestjs';
import { serveNestPage } from './nest-page.ts';

await serveNestPage([CacheResponse({ maxAge: '1h' })], [CacheModule.forRoot()]);
