import type { StoredResponse } from './records.ts';

/** The `Server-Timing` metric that repeats the words of `Cache-Status`; a string cannot hold their quotes. */
export function timingOf(status: string): string {
  return `cache;desc="${status.replaceAll('"', "'")}"`;
}

/** The metrics of a stored response: what happened, how old it is and how long making it took. `age` is in milliseconds. */
export function storedTimingOf(status: string, age: number, { fillDuration }: StoredResponse): string {
  return `${timingOf(status)}, age;dur=${Math.round(age)}, fill;dur=${fillDuration}`;
}
