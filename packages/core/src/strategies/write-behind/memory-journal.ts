import { randomBytes } from 'node:crypto';
import { approximateSize } from '../../backends/size.ts';
import type { Journal, Packed } from './journal.ts';
import { LocalQueue } from './local-queue.ts';
import type { Kept, WriteLog } from './write-log.ts';

/**
 * Keeps writes in the memory of this process alone: what is not in the database yet is lost when the process dies. For tests, and for
 * writes whose loss harms nobody.
 *
 * @example
 * const visits = writeBehind(cache, source, { name: 'visits', journal: memoryJournal() });
 */
export function memoryJournal(): Journal {
  return { kind: 'memory', open: (context) => new LocalQueue(new NoLog(), context) };
}

/** Keeps nothing. */
class NoLog implements WriteLog {
  open(): Kept {
    return { pending: [], dead: [], sequence: 0, identity: randomBytes(8).toString('hex') };
  }

  pack(request: Parameters<WriteLog['pack']>[0]): Packed {
    const size = approximateSize(request.value, request.name) + approximateSize(request.key, '');
    return { ...request, size, bytes: undefined };
  }

  append(): void {}
  settle(): void {}
  revive(): void {}
  forget(): void {}
  close(): void {}
}
