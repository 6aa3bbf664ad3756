import { invalidOption } from './errors.ts';

/**
 * A length of time: a number of milliseconds, a number with a unit, or `'forever'`.
 * `0` means "already expired", in every API and every backend.
 *
 * @example
 * const lifetimes: Duration[] = ['250ms', '5m', '1.5h', '30d', 1_000, 'forever'];
 */
export type Duration = number | `${number}${DurationUnit}` | 'forever';

/** Milliseconds, seconds, minutes, hours, days, weeks. */
export type DurationUnit = 'ms' | 's' | 'm' | 'h' | 'd' | 'w';

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * The duration in milliseconds; `Infinity` for `'forever'`.
 *
 * @param option the name of the option, for the error
 * @throws CacheError `ERR_CACHE_OPTION` for anything that is no duration: negative, `NaN`, `Infinity`, unknown unit
 */
export function toMilliseconds(duration: Duration, option: string): number {
  if (typeof duration === 'number') {
    if (duration >= 0 && duration < Infinity) return duration;
  } else if (duration === 'forever') {
    return Infinity;
  } else if (typeof duration === 'string') {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(duration);
    if (match !== null) return Number(match[1]) * (MILLISECONDS[match[2] ?? ''] ?? Number.NaN);
  }
  throw invalidOption(option, duration, "milliseconds >= 0, a text such as '250ms', '5m' or '1h', or 'forever'");
}

/** The duration of so many milliseconds; `'forever'` for `Infinity`. */
export function fromMilliseconds(milliseconds: number): Duration {
  return milliseconds === Infinity ? 'forever' : milliseconds;
}
