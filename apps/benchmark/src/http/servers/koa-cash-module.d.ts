/** What of koa-cash, which has no types of its own, is used here. */
declare module 'koa-cash' {
  import type { Middleware } from 'koa';

  interface CashOptions {
    readonly get: (key: string) => object | undefined;
    readonly set: (key: string, value: object) => void;
  }

  export default function cash(options: CashOptions): Middleware<object, { cashed(): Promise<boolean> }>;
}
