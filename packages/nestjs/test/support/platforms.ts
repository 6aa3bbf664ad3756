import 'reflect-metadata';
import type { DynamicModule, INestApplication, NestApplicationOptions, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import manifest from '@nestjs/core/package.json' with { type: 'json' };
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

/** Nest on one of its platforms. */
export interface Platform {
  /** Such as `Nest 12 on Fastify`. */
  readonly name: string;
  readonly isFastify: boolean;
  /** Makes an application that does not yet listen. */
  create(module: Type | DynamicModule, options?: NestApplicationOptions): Promise<INestApplication>;
}

const nest = `Nest ${manifest.version.split('.', 1)[0]}`;

export const platforms: readonly Platform[] = [
  {
    name: `${nest} on Express`,
    isFastify: false,
    create: (module, options) => NestFactory.create(module, new ExpressAdapter(), { logger: false, ...options }),
  },
  {
    name: `${nest} on Fastify`,
    isFastify: true,
    create: (module, options) =>
      NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), { logger: false, ...options }),
  },
];
