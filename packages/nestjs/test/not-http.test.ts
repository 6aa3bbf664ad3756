import { CacheControls, CacheModule, CacheResponse, InvalidateTags, type ResponseControls } from '@cache/nestjs';
import { Controller, Injectable, Logger, Module, type Type } from '@nestjs/common';
import { ExternalContextCreator, NestFactory } from '@nestjs/core';
import { type ClientProxy, ClientProxyFactory, MessagePattern, Payload, Transport } from '@nestjs/microservices';
import type { AddressInfo, Server } from 'node:net';
import { lastValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import './support/platforms.ts';

describe('handlers that answer no HTTP request', () => {
  let warned: () => string[] = () => [];

  beforeEach(() => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    warned = () => warn.mock.calls.map(([message]) => String(message));
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('are left alone in a microservice, and said so once', async () => {
    @Controller()
    @CacheResponse()
    class Sums {
      runs = 0;

      @MessagePattern('sum')
      @InvalidateTags('sums')
      sum(numbers: number[]) {
        return numbers.reduce((sum, number) => sum + number, (this.runs += 1));
      }
    }
    @Module({ imports: [CacheModule.forRoot()], controllers: [Sums] })
    class SumsModule {}
    const { client, close } = await startService(SumsModule);

    const sums = [
      await lastValueFrom(client.send<number>('sum', [1, 2])),
      await lastValueFrom(client.send<number>('sum', [1, 2])),
    ];

    expect(sums).toEqual([4, 5]);
    expect(warned().filter((text) => text.includes('ERR_CACHE_PLACE'))).toEqual([
      'ERR_CACHE_PLACE: @CacheResponse() has no effect on Sums.sum: it handles "rpc", not HTTP. ' +
        'Put @Cached() on the method of the provider that it calls.',
    ]);
    await close();
  });

  it('have controls that say nothing to anybody', async () => {
    @Controller()
    class Hellos {
      @MessagePattern('hello')
      hello(@Payload() name: string, @CacheControls() controls: ResponseControls) {
        controls.neverCache();
        controls.varyOn('X-Name');
        return `hello, ${name}`;
      }
    }
    @Module({ imports: [CacheModule.forRoot()], controllers: [Hellos] })
    class HellosModule {}
    const { client, close } = await startService(HellosModule);

    expect(await lastValueFrom(client.send('hello', 'Ana'))).toBe('hello, Ana');
    expect(warned().filter((text) => text.includes('@CacheControls() has no effect on Hellos.hello'))).toHaveLength(1);
    await close();
  });

  it('are left alone in GraphQL', async () => {
    @Injectable()
    class Resolver {
      runs = 0;

      @CacheResponse()
      city() {
        return (this.runs += 1);
      }
    }
    @Module({ imports: [CacheModule.forRoot()], providers: [Resolver] })
    class GraphModule {}
    const app = await NestFactory.createApplicationContext(GraphModule, { logger: false });
    const resolver = app.get(Resolver);
    // What the GraphQL module makes of a resolver.
    const creator = app.get(ExternalContextCreator);
    const run = creator.create(
      resolver as unknown as Parameters<typeof creator.create>[0],
      Reflect.get(resolver, 'city') as unknown as Parameters<typeof creator.create>[1],
      'city',
      '__routeArguments__',
      undefined,
      undefined,
      undefined,
      { interceptors: true, guards: true, filters: true },
      'graphql',
    );

    expect([await run(), await run()]).toEqual([1, 2]);
    expect(warned().filter((text) => text.includes('"graphql"')).length).toBe(1);
    await app.close();
  });
});

async function startService(module: Type): Promise<{ client: ClientProxy; close: () => Promise<void> }> {
  const service = await NestFactory.createMicroservice(module, {
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port: 0 },
    logger: false,
  });
  await service.listen();
  const { port } = service.unwrap<Server>().address() as AddressInfo;
  const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
  const close = async (): Promise<void> => {
    await client.close();
    await service.close();
  };
  return { client, close };
}
