import { type Duration, toMilliseconds } from '../duration.ts';
import { invalidOption, rejectUnknownOptions } from '../errors.ts';
import type { Backend } from './backend.ts';
import { TieredStore, type TieredSettings } from './tiered/tiered-store.ts';

/** Options of `tiered`. Only the two tiers are needed. */
export interface TieredOptions {
  /** The near tier, asked first: most often `memory()`. For this process only. */
  readonly l1: Backend;
  /** The far tier, which decides: larger, and shared or persistent. */
  readonly l2: Backend;
  /**
   * How long an entry is answered from the near tier before the far one is asked again; never longer than it lives there. So long
   * may pass until this process notices that another one wrote or deleted a key; invalidated tags and cleared namespaces are noticed as fast
   * as the log of the far tier brings them. Default: `'5s'`.
   */
  readonly l1Ttl?: Duration;
  /** How long the far tier may take for a call before it counts as failed. Default: `'500ms'`. */
  readonly timeout?: Duration;
  /** The same for a near tier that answers in promises. Default: `'100ms'`. */
  readonly l1Timeout?: Duration;
  /** Failures in a row after which a tier is left alone. Default: 5. */
  readonly failures?: number;
  /** How long it is left alone before one call may try it again: up to 5 seconds. Default: `'2s'`. */
  readonly retryAfter?: Duration;
}

const OPTIONS = [
  'l1',
  'l2',
  'l1Ttl',
  'timeout',
  'l1Timeout',
  'failures',
  'retryAfter',
] satisfies (keyof TieredOptions)[];

/**
 * A near tier before a far one: what was read or written lately is answered from the near one, and everything is kept in the far one.
 *
 * While the far tier is slow or away, reads are answered from the near tier as long as its copies last, then by loaders; what is set is kept
 * in the near tier, and what is loaded for 3 seconds; deleting, counting and locking fail, because only the far tier can decide them. After a few failures it is left alone and
 * tried again every `retryAfter`. What this process wrote or deleted while the far tier was away is deleted there before it is read again, so that no
 * older value comes back.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const cache = createCache({ backend: tiered({ l1: memory(), l2: redis('redis://localhost:6379') }) });
 */
export function tiered(options: TieredOptions): Backend {
  rejectUnknownOptions(options, OPTIONS);
  const { l1, l2, failures = 5 } = options;
  for (const [name, backend] of Object.entries({ l1, l2 })) {
    if (typeof backend?.open !== 'function') throw invalidOption(name, backend, 'a backend such as `memory()`');
  }
  if (l1 === l2) throw invalidOption('l2', 'the same backend as `l1`', 'another one');
  if (!Number.isSafeInteger(failures) || failures < 1) {
    throw invalidOption('failures', failures, 'a whole number greater than 0');
  }
  const settings: TieredSettings = {
    l1Ttl: toMilliseconds(options.l1Ttl ?? '5s', 'l1Ttl'),
    timeout: time(options.timeout ?? '500ms', 'timeout', 60_000),
    l1Timeout: time(options.l1Timeout ?? '100ms', 'l1Timeout', 60_000),
    failures,
    retryAfter: time(options.retryAfter ?? '2s', 'retryAfter', 5_000),
  };
  const stores = new Map<string, TieredStore>();
  return {
    kind: 'tiered',
    open(context) {
      const id = JSON.stringify([context.name, context.version]);
      const store = stores.get(id) ?? new TieredStore(l1.open(context), l2.open(context), settings, context);
      stores.set(id, store);
      return store;
    },
    async close() {
      const closing = [l1, l2].map(async (backend) => backend.close());
      const failed = (await Promise.allSettled(closing)).find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
  };
}

function time(duration: Duration, option: string, longest: number): number {
  const milliseconds = toMilliseconds(duration, option);
  if (milliseconds > 0 && milliseconds <= longest) return milliseconds;
  throw invalidOption(option, duration, `more than 0 and up to ${longest / 1_000} seconds`);
}
