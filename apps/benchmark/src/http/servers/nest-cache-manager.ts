import 'reflect-metadata';
import { CacheInterceptor, CacheModule } from '@nestjs/cache-manager';
import { UseInterceptors } from '@nestjs/common';
import { serveOnExpress } from './nest-page.ts';

await serveOnExpress({
  decorators: [UseInterceptors(CacheInterceptor)],
  imports: [CacheModule.register({ ttl: 3_600_000 })],
});
