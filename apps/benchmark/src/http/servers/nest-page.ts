import { Controller, Get, Header, Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CONTENT_TYPE, PAGE, PATH } from '../page.ts';
import { countHandled, serve } from './serve.ts';

/** A decorator of a method, applied by hand: this project is compiled without decorators. */
type MethodDecorator = (target: object, name: string, descriptor: PropertyDescriptor) => unknown;

/** Starts a Nest application on Express with the page as its only route. */
export async function serveNestPage(decorators: readonly MethodDecorator[], imports: DynamicModule[]): Promise<void> {
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
  const app = await NestFactory.create(App, { logger: ['error'] });
  await app.init();
  serve(app.getHttpAdapter().getInstance() as Parameters<typeof serve>[0]);
}
