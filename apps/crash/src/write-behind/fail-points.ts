import type { Journal } from '@cache/core/strategies';
import type { Random } from '../random.ts';
import { tell } from '../tell.ts';

/** Places on the way of a write where a process may die. */
export const FAIL_POINTS = [
  'before the journal has it',
  'in the journal, not acknowledged',
  'taken, not written',
  'in the middle of a batch',
  'written, not settled',
  'settled',
] as const;

export type FailPoint = (typeof FAIL_POINTS)[number];

/** The part of the lives that end at a fail point; the others are ended from outside, at any instruction. */
const OWN_DEATHS = 0.7;
const MOST_PASSES = 8;

/** Lets the process die at one of the points, after it has passed there some times. */
export class FailPoints {
  readonly #point: FailPoint | undefined;
  #passesLeft: number;

  constructor(random: Random) {
    const [point] = random.some(FAIL_POINTS, 1);
    this.#point = random.next() < OWN_DEATHS ? point : undefined;
    this.#passesLeft = 1 + random.below(MOST_PASSES);
  }

  pass(point: FailPoint): void {
    if (point !== this.#point) return;
    this.#passesLeft -= 1;
    if (this.#passesLeft > 0) return;
    tell({ is: 'dying', at: point });
    process.kill(process.pid, 'SIGKILL');
  }

  /** The same journal, in which the process may die. */
  in(journal: Journal): Journal {
    return {
      ...journal,
      open: (context) => {
        const queue = journal.open(context);
        const accept = queue.accept.bind(queue);
        const take = queue.take.bind(queue);
        const settle = queue.settle.bind(queue);
        queue.accept = async (writes) => {
          this.pass('before the journal has it');
          const accepted = await accept(writes);
          this.pass('in the journal, not acknowledged');
          return accepted;
        };
        queue.take = async (limit) => {
          const taken = await take(limit);
          if (taken.length > 0) this.pass('taken, not written');
          return taken;
        };
        queue.settle = async (outcomes) => {
          this.pass('written, not settled');
          await settle(outcomes);
          this.pass('settled');
        };
        return queue;
      },
    };
  }
}
