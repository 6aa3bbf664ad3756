import { Controller, Get, Header, Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { CONTENT_TYPE, PAGE, PATH } from '../page.ts';
import { countHandled, serve } from './serve.ts';

/** A decorator of a method, applied by hand: this project is compiled without decorators. */
type MethodDecorator = (target: object, name: string, descriptor: PropertyDescriptor) => unknown;

/** What is applied to the page, and what its module imports. */
export interface NestPage {
  readonly decorators?: readonly MethodDecorator[];
  readonly imports?: DynamicModule[];
}

const options = { logger: ['error' as const] };

/** Starts a Nest application on Express with the page as its only route. */
export async function serveOnExpress(page: NestPage): Promise<void> {
  const app = await NestFactory.create(moduleWith(page), options);
  await app.init();
  serve(app.getHttpAdapter().getInstance() as Parameters<typeof serve>[0]);
}

/** The same on Fastify. */
export async function serveOnFastify(page: NestPage): Promise<void> {
  const app = await NestFactory.create<NestFastifyApplication>(moduleWith(page), new FastifyAdapter(), options);
  await app.init();
  const fastify = app.getHttpAdapter().getInstance();
  await fastify.ready();
  serve((request, response) => fastify.routing(request, response));
}

function moduleWith({ decorators = [], imports = [] }: NestPage): Type {
  const page = PAGE.toString();
  class Pages {
    show(): string {
      countHandled();
      return page;
    }
  }
  class App {}
  const descriptor = Object.getOwnPropertyDescriptor(Pages.prototype, 'show') ?? {};
  for (const decorate of [...decorators, Header('Content-Type', CONTENT_TYPE), Get(PATH)] as MethodDecorator[]) {
    decorate(Pages.prototype, 'show', descriptor);
  }
  Controller()(Pages);
  Module({ controllers: [Pages as Type], imports })(App);
  return App;
}
