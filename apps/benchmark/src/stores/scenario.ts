import type { Outcome } from '../measure/outcome.ts';
import { zipfSequence } from '../measure/zipf.ts';
import { cityOf } from '../memory/city.ts';
import type { Budget } from '../memory/timing.ts';
import { createStoreSetting, type StoreContender, type StoreSubject } from './contender.ts';
import { timeCallers, type Operation } from './timing.ts';
import { verifyStore } from './verify.ts';

/** A task that contenders are compared at. */
export interface StoreScenario {
  readonly name: string;
  readonly contenders: readonly StoreContender[];
  readonly callers: number;
  readonly operation: (subject: StoreSubject) => Operation;
}

const KEYS = 2_000;
const MANY = 20;
const ids = zipfSequence(KEYS, 2 ** 16, 1);
const idAt = (turn: number): number => ids[turn % ids.length] ?? 0;

/** Reads what is there. */
export function readOne({ read }: StoreSubject): Operation {
  return async (turn) => {
    const id = idAt(turn);
    if ((await read(id))?.id !== id) throw new Error('a read did not give the right city');
  };
}

/** Reads 20 in one call. */
export function readTwenty({ readMany }: StoreSubject): Operation {
  if (readMany === undefined) throw new Error('it has no call for several keys');
  return async (turn) => {
    const wanted = Array.from({ length: MANY }, (_, index) => (idAt(turn) + index) % KEYS);
    const found = await readMany(wanted);
    if (wanted.some((id, index) => found[index]?.id !== id)) throw new Error('a read did not give the right cities');
  };
}

/** Writes over what is there; the cities are made beforehand. */
export function writeOne({ write }: StoreSubject): Operation {
  const cities = Array.from({ length: KEYS }, (_, id) => cityOf(id));
  return async (turn) => {
    const id = idAt(turn);
    await write(id, cities[id] ?? cityOf(id));
  };
}

/** Verifies a contender and, if it is right, times it. */
export async function runStoreScenario(
  { callers, operation }: StoreScenario,
  contender: StoreContender,
  place: string,
  budget: Budget,
): Promise<Outcome> {
  const subject = await contender.create(createStoreSetting(place, KEYS));
  try {
    const wrong = await verifyStore(subject);
    if (wrong !== undefined) return { wrong };
    for (let id = 0; id < KEYS; id++) await subject.write(id, cityOf(id));
    return await timeCallers(callers, budget, operation(subject));
  } finally {
    await subject.close();
  }
}
