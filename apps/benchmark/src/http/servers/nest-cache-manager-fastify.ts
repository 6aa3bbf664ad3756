import 'reflect-metadata';
import { CacheInterceptor, CacheModule } from '@nestjs/cache-manager';
import { UseInterceptors } from '@nestjs/common';
import { serveOnFastify } from './nest-page.ts';

await serveOnFastify({
  decorators: [UseInterceptors(CacheInterceptor)],
  imports: [CacheModule.register({ ttl: 3_600_000 })],
});
