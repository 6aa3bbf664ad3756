import 'reflect-metadata';
import { CacheModule, CacheResponse } from '@cache/nestjs';
import { serveOnFastify } from './nest-page.ts';

await serveOnFastify({ decorators: [CacheResponse({ maxAge: '1h' })], imports: [CacheModule.forRoot()] });
