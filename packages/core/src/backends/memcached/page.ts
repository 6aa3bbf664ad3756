import { randomUUID } from 'node:crypto';

/** What the processes that use a store tell each other, all in one item. */
export interface Page {
  /** Another one after the page was lost and made anew. */
  readonly id: string;
  /** A part of each item's name: raised to clear the store. */
  readonly generation: number;
  /** Nothing is known of invalidations up to here. */
  readonly floor: number;
  /** The newest position. */
  readonly head: number;
  /** Positions with the names that were invalidated there, oldest first. */
  readonly records: readonly (readonly [position: number, names: readonly string[]])[];
}

/** Characters of all records of a page; the oldest make room. */
const MAX_LENGTH = 100_000;
/** How far clocks may differ: positions of a new page are later than all that another process can have given. */
const CLOCK_TOLERANCE = 60_000;

/** The page for a store that has none: nothing that was stored before is valid or found. @param known the newest position known here */
export function newPage(now: number, known: number): Page {
  const head = Math.max(Math.ceil(now) + CLOCK_TOLERANCE, known + 1);
  return { id: randomUUID(), generation: head, floor: head, head, records: [] };
}

/** The page with a record more. */
export function withRecord(page: Page, names: readonly string[], now: number): Page {
  const head = Math.max(page.head + 1, Math.ceil(now));
  const records = [...page.records, [head, names] as const];
  let { floor } = page;
  let length = JSON.stringify(records).length;
  // The newest one stays, however long: without it its names would count as invalid, but so would all others.
  while (length > MAX_LENGTH && records.length > 1) {
    const [dropped] = records.splice(0, 1);
    length -= JSON.stringify(dropped).length + 1;
    floor = Math.max(floor, dropped?.[0] ?? 0);
  }
  if (length > MAX_LENGTH) return { ...page, head, floor: head, records: [] };
  return { ...page, head, floor, records };
}

/** The page of a store that was just cleared. */
export function cleared(page: Page): Page {
  return { ...page, generation: page.generation + 1 };
}

/** The page, all of whose records are forgotten, beyond a position that another page had reached. */
export function raised(page: Page, known: number): Page {
  const head = Math.max(page.head, known) + 1;
  return { ...page, head, floor: head, records: [] };
}

export function printPage({ id, generation, floor, head, records }: Page): string {
  return JSON.stringify([1, id, generation, floor, head, records]);
}

/** The page in the text; `undefined` for anything else. */
export function readPage(text: string | undefined): Page | undefined {
  if (text === undefined) return undefined;
  try {
    const [form, id, generation, floor, head, records] = JSON.parse(text) as readonly unknown[];
    if (form !== 1 || typeof id !== 'string' || !Array.isArray(records) || !records.every(isRecord)) return undefined;
    if (![generation, floor, head].every(isPosition)) return undefined;
    return { id, generation: Number(generation), floor: Number(floor), head: Number(head), records };
  } catch {
    return undefined;
  }
}

function isRecord(record: unknown): record is Page['records'][number] {
  if (!Array.isArray(record)) return false;
  const [position, names] = record as unknown[];
  return isPosition(position) && Array.isArray(names) && names.every((name) => typeof name === 'string');
}

function isPosition(number: unknown): boolean {
  return Number.isSafeInteger(number) && Number(number) > 0;
}
