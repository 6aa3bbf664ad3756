import { afterEach, beforeEach, expect } from 'vitest';
import { flush } from './deferred.ts';

/** Makes each test of the file fail that leaves a rejected promise unhandled. */
export function expectNoUnhandledRejections(): void {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => {
    unhandled.push(reason);
  };
  beforeEach(() => {
    unhandled.length = 0;
    process.on('unhandledRejection', note);
  });
  afterEach(async () => {
    await flush();
    await flush();
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
}
