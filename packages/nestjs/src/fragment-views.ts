import { type FragmentViews, renderView } from '@cache/core/fragments';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { callbackify } from 'node:util';

/** What of an Express application is used. */
interface ExpressInstance {
  set(setting: 'view', view: unknown): unknown;
}

/** What of a Fastify instance is used. */
interface FastifyInstance {
  decorateReply(name: 'view', view: (this: Reply, template: string, locals?: object) => Promise<void>): unknown;
}

/** What of its answers is used. */
interface Reply {
  readonly locals?: object;
  hasHeader(name: string): boolean;
  type(type: string): unknown;
  /** Resolves when the answer is out. */
  send(text: string): PromiseLike<void>;
}

/** Has the platform of an application render its views by these, where Nest asks it to for `@Render()`. */
export function provideViews(adapter: AbstractHttpAdapter | undefined, views: FragmentViews<string>): void {
  // An application without HTTP has no adapter, or one of no type.
  const type = adapter?.getType();
  if (type === 'express') adapter?.getInstance<ExpressInstance>().set('view', expressView(views));
  if (type === 'fastify') adapter?.getInstance<FastifyInstance>().decorateReply('view', replyView(views));
}

/** What Express makes of the name of each view; by itself it looks for a file, and for an engine by the extension. */
function expressView(views: FragmentViews<string>): new (name: string) => object {
  const render = callbackify(async (name: string, { _locals: outer, ...locals }: { _locals?: object }) =>
    renderView(views, name, outer, locals),
  );
  return class {
    /** Without one, Express takes a view for missing. */
    readonly path: string;

    constructor(name: string) {
      this.path = name;
    }

    render(locals: object, callback: (error: unknown, html?: string) => void): void {
      render(this.path, locals, callback);
    }
  };
}

function replyView(views: FragmentViews<string>) {
  return async function view(this: Reply, template: string, locals?: object): Promise<void> {
    const html = await renderView(views, template, this.locals, locals);
    if (!this.hasHeader('content-type')) this.type('text/html; charset=utf-8');
    // Otherwise Fastify answers once more, if it finds that nothing has gone out when the handler is through.
    await this.send(html);
  };
}
