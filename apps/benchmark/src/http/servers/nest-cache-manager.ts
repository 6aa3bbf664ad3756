import 'reflect-metadata';
import { CacheInterceptor, CacheModule } from '@nestjs/cache-manager';
import { UseInterceptors } from '@nestjs/common';
import { serveNestPage } from './nest-page.ts';

await serveNestPage([UseInterceptors(CacheInterceptor)], [CacheModule.register({ ttl: 3_600_000 })]);
