import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import type { Store } from '../../backends/backend.ts';
import type { StreamStore } from '../../backends/streams.ts';
import type { Entry } from '../../entry.ts';
import { secondStore } from './capability-cases.ts';
import type { ContractHarness, ContractPart } from './case.ts';
import { absent, entryOf, sameEntry } from './entries.ts';

const SIZES = [0, 1, 65_535, 65_536, 65_537, 1_000_000];
const SIZE = 300_000;

/** Values that are bytes go in and out piece by piece. */
export function streamCases({ capabilities, evicts = false }: ContractHarness): readonly ContractPart[] {
  if (capabilities.streams !== true) return [];
  return [
    ...SIZES.map(roundTrip),
    ...ALL,
    ...LOSING.map(losing),
    ...READING.filter(({ needs }) => needs !== 'eviction' || evicts).map(reading),
    ...(capabilities.shared ? [BETWEEN_CLIENTS] : []),
  ];
}

function streamsOf(store: Store): StreamStore {
  ok(store.streams !== undefined, 'a store with the capability `streams` has `streams`');
  return store.streams;
}

/** Bytes that differ from those of another seed everywhere. */
function bytesOf(seed: number, size: number = SIZE): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8) + seed) % 251));
}

/** Writes in pieces, and commits where nothing must be. */
async function write(store: Store, key: string, bytes: Buffer, parts: Partial<Entry> = {}): Promise<Entry> {
  const entry = entryOf(null, parts);
  const writing = await streamsOf(store).begin(key, entry);
  for (let at = 0; at < bytes.length; at += 70_000) {
    strictEqual(await writing.write(bytes.subarray(at, at + 70_000)), true);
  }
  strictEqual(await writing.commit(undefined), true);
  return entry;
}

async function read(store: Store, key: string): Promise<Buffer | undefined> {
  const found = await streamsOf(store).open(key);
  return found && buffer(found.read());
}

function roundTrip(size: number): ContractPart {
  return {
    name: `streams: ${size} bytes come out as they went in, as a stream and as one value`,
    async run({ store }) {
      const bytes = bytesOf(1, size);
      const entry = await write(store, 'key', bytes, { tags: ['a', 'ü'], position: 7 });
      const found = await streamsOf(store).open('key');
      ok(found !== undefined, 'the stream is missing');
      sameEntry({ ...found.entry, value: null }, entry);
      ok((await buffer(found.read())).equals(bytes), 'other bytes came out');
      const whole = await store.get('key');
      sameEntry({ ...(whole as Entry), value: null }, entry);
      ok(Buffer.from(whole?.value as Uint8Array).equals(bytes), '`get` returns other bytes');
    },
  };
}

const ALL: readonly ContractPart[] = [
  {
    name: 'streams: nothing else is a stream',
    async run({ store }) {
      strictEqual(await streamsOf(store).open('absent'), undefined);
      await store.set('key', entryOf(bytesOf(1)));
      strictEqual(await streamsOf(store).open('key'), undefined);
      await store.delete('key');
      strictEqual(await streamsOf(store).open('key'), undefined);
    },
  },
  {
    name: 'streams: nobody sees a value before it is committed, nor after it was aborted',
    async run({ store }) {
      await store.set('key', entryOf('before'));
      for (const key of ['key', 'new']) {
        const writing = await streamsOf(store).begin(key, entryOf(null));
        await writing.write(bytesOf(1));
        strictEqual(await streamsOf(store).open(key), undefined);
        strictEqual((await store.get(key))?.value, key === 'key' ? 'before' : undefined);
        await writing.abort();
        strictEqual(await streamsOf(store).open(key), undefined);
        strictEqual((await store.get(key))?.value, key === 'key' ? 'before' : undefined);
      }
    },
  },
  {
    name: 'streams: a value replaces the one that was expected, of either kind',
    async run({ store }) {
      await store.set('key', entryOf('before'));
      for (const seed of [1, 2]) {
        const expected = await store.get('key');
        const writing = await streamsOf(store).begin('key', entryOf(null));
        await writing.write(bytesOf(seed));
        strictEqual(await writing.commit(expected), true);
        ok((await read(store, 'key'))?.equals(bytesOf(seed)));
      }
    },
  },
  {
    name: 'streams: what `open` tells can be expected by a swap',
    async run({ store }) {
      await write(store, 'key', bytesOf(1));
      const found = await streamsOf(store).open('key');
      found?.close();
      strictEqual(await store.swap('key', found?.entry, entryOf('after')), true);
      strictEqual((await store.get('key'))?.value, 'after');
      strictEqual(await streamsOf(store).open('key'), undefined);
    },
  },
  {
    name: 'streams: are deleted, cleared and overwritten like any value',
    async run({ store }) {
      for (const key of ['a', 'b', 'c', 'd']) await write(store, key, bytesOf(1));
      strictEqual(await store.delete('a'), true);
      strictEqual(await store.deleteMany(['b', 'absent']), 1);
      await store.set('c', entryOf('after'));
      for (const key of ['a', 'b', 'c']) strictEqual(await streamsOf(store).open(key), undefined);
      strictEqual((await store.get('c'))?.value, 'after');
      await store.clear();
      strictEqual(await streamsOf(store).open('d'), undefined);
      absent(await store.get('d'));
    },
  },
  {
    name: 'streams: of several that are written at once under one key, one is stored whole',
    async run({ store }) {
      const won = await Promise.all(
        [1, 2, 3, 4].map(async (seed) => {
          const writing = await streamsOf(store).begin('key', entryOf(null));
          const bytes = bytesOf(seed);
          for (let at = 0; at < bytes.length; at += 10_000) await writing.write(bytes.subarray(at, at + 10_000));
          return (await writing.commit(undefined)) ? [seed] : [];
        }),
      );
      const winners = won.flat();
      strictEqual(winners.length, 1, 'exactly one of them must have found nothing');
      ok((await read(store, 'key'))?.equals(bytesOf(winners[0] ?? 0)));
    },
  },
  {
    name: 'streams: keys of all kinds',
    async run({ store }) {
      const keys = ['', ' ', 'ü 東京 \u{1f600}', '\0\u0001', '../../key', 'a'.repeat(2_000)];
      for (const [seed, key] of keys.entries()) await write(store, key, bytesOf(seed, 1_000));
      for (const [seed, key] of keys.entries()) ok((await read(store, key))?.equals(bytesOf(seed, 1_000)), key);
    },
  },
];

/** What happens to a key while a stream for it is written. */
interface Disturbance {
  readonly name: string;
  readonly before: boolean;
  readonly disturb: (store: Store) => unknown;
  readonly left: unknown;
}

const LOSING: readonly Disturbance[] = [
  { name: 'set', before: false, disturb: (store) => store.set('key', entryOf('newer')), left: 'newer' },
  { name: 'overwritten', before: true, disturb: (store) => store.set('key', entryOf('newer')), left: 'newer' },
  { name: 'deleted', before: true, disturb: (store) => store.delete('key'), left: undefined },
];

function losing({ name, before, disturb, left }: Disturbance): ContractPart {
  return {
    name: `streams: are not stored if the key was ${name} meanwhile${before ? '' : ' for the first time'}`,
    async run({ store }) {
      if (before) await store.set('key', entryOf('before'));
      const expected = await store.get('key');
      const writing = await streamsOf(store).begin('key', entryOf(null));
      await writing.write(bytesOf(1));
      await disturb(store);
      strictEqual(await writing.commit(expected), false);
      strictEqual(await streamsOf(store).open('key'), undefined);
      if (left === undefined) absent(await store.get('key'));
      else strictEqual((await store.get('key'))?.value, left);
    },
  };
}

/** What happens to a value while it is read. */
interface Interruption {
  readonly name: string;
  readonly needs?: 'eviction';
  readonly interrupt: (store: Store, evict: () => Promise<unknown>) => unknown;
}

const READING: readonly Interruption[] = [
  { name: 'overwritten', interrupt: (store) => store.set('key', entryOf('newer')) },
  { name: 'deleted', interrupt: (store) => store.delete('key') },
  { name: 'cleared', interrupt: (store) => store.clear() },
  { name: 'evicted', needs: 'eviction', interrupt: (_store, evict) => evict() },
  {
    name: 'replaced by another stream',
    async interrupt(store) {
      await store.delete('key');
      const writing = await streamsOf(store).begin('key', entryOf(null));
      await writing.write(bytesOf(2));
      strictEqual(await writing.commit(await store.get('key')), true);
    },
  },
];

function reading({ name, interrupt }: Interruption): ContractPart {
  return {
    name: `streams: a reader gets the whole old value or an error if it is ${name} meanwhile`,
    async run({ store, subject, context }) {
      const bytes = bytesOf(1, 1_000_000);
      await write(store, 'key', bytes);
      const opened = await Promise.all([streamsOf(store).open('key'), streamsOf(store).open('key')]);
      const [begun, notBegun] = opened.map((each) => each?.read());
      ok(begun !== undefined && notBegun !== undefined, 'the stream is missing');
      const pieces: Buffer[] = [];
      let interrupted = false;
      const failed = (): undefined => undefined;
      const readAll = async (): Promise<Buffer> => {
        for await (const piece of begun) {
          pieces.push(piece as Buffer);
          if (!interrupted) await interrupt(store, async () => subject.evict?.(context, 'key'));
          interrupted = true;
        }
        return Buffer.concat(pieces);
      };
      const first = await readAll().catch(failed);
      ok(interrupted);
      for (const got of [first, await buffer(notBegun).catch(failed)]) {
        deepStrictEqual(got === undefined || got.equals(bytes), true, 'a reader got something else');
      }
    },
  };
}

const BETWEEN_CLIENTS: ContractPart = {
  name: 'streams: another client reads and replaces them',
  async run(world) {
    const [first, second] = [world.store, secondStore(world)];
    await write(first, 'key', bytesOf(1));
    ok((await read(second, 'key'))?.equals(bytesOf(1)));
    const writing = await streamsOf(second).begin('key', entryOf(null));
    await writing.write(bytesOf(2));
    strictEqual(await writing.commit(await second.get('key')), true);
    ok((await read(first, 'key'))?.equals(bytesOf(2)));
  },
};
