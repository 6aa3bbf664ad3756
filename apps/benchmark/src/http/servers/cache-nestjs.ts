import 'reflect-metadata';
import { CacheModule, CacheResponse } from '@cache/nestjs';
import { serveOnExpress } from './nest-page.ts';

await serveOnExpress({ decorators: [CacheResponse({ maxAge: '1h' })], imports: [CacheModule.forRoot()] });
