import { deepStrictEqual, ok } from 'node:assert/strict';
import type { LogFollower, LogSource } from '../../backends/log-source.ts';
import { secondStore } from './capability-cases.ts';
import { type ContractHarness, type ContractPart, eventually } from './case.ts';

/** Records of a shared log reach every process, in one order. */
export function logCases({ capabilities }: ContractHarness): readonly ContractPart[] {
  return capabilities.shared ? CASES : [];
}

/** Notes what it is told. */
class RecordingFollower implements LogFollower {
  readonly #records = new Map<number, readonly string[]>();
  readonly order: number[] = [];
  readonly #source: LogSource;
  trusted = false;
  floor = 0;
  head = 0;

  constructor(source: LogSource | undefined) {
    ok(source !== undefined, 'a shared store has a log');
    this.#source = source;
    source.follow(this);
  }

  caughtUp(floor: number, head: number): void {
    this.trusted = true;
    this.floor = Math.max(this.floor, floor);
    this.head = Math.max(this.head, head);
  }

  apply(position: number, names: readonly string[]): void {
    if (!this.#records.has(position)) this.order.push(position);
    this.#records.set(position, [...names]);
    this.head = Math.max(this.head, position);
  }

  lost(): void {
    this.trusted = false;
  }

  namesAt(position: number): readonly string[] | undefined {
    return this.#records.get(position);
  }

  poll(): void {
    this.#source.poll?.();
  }

  async untilTrusted(): Promise<void> {
    await this.until(() => ok(this.trusted, 'the follower was never told that it is up to date'));
  }

  async until(check: () => void): Promise<void> {
    await eventually(() => {
      this.poll();
      check();
    });
  }
}

const CASES: readonly ContractPart[] = [
  {
    name: 'log: a follower of an empty log is told that it is up to date',
    async run({ store }) {
      await new RecordingFollower(store.log).untilTrusted();
    },
  },
  {
    name: 'log: positions are positive integers that grow',
    async run({ store }) {
      const follower = new RecordingFollower(store.log);
      await follower.untilTrusted();
      let last = follower.floor;
      for (let count = 0; count < 10; count += 1) {
        const position = (await store.log?.append([`tag ${count}`])) ?? 0;
        ok(Number.isSafeInteger(position) && position > 0 && position > last, `${position} after ${last}`);
        last = position;
      }
    },
  },
  {
    name: 'log: records reach the follower of another client, in order and as they are',
    async run(world) {
      const [first, second] = [world.store, secondStore(world)];
      const [own, other] = [new RecordingFollower(first.log), new RecordingFollower(second.log)];
      await own.untilTrusted();
      await other.untilTrusted();
      const written = new Map<number, readonly string[]>();
      for (const names of [['a'], ['b', 'c'], ['東京'], ['\0["cache"]'], ['with "quotes" and\r\nbreaks'], ['a']]) {
        written.set((await first.log?.append(names)) ?? 0, names);
      }
      await other.until(() => {
        for (const [position, names] of written) deepStrictEqual(other.namesAt(position), names);
      });
      deepStrictEqual(
        other.order,
        [...other.order].sort((a, b) => a - b),
      );
    },
  },
  {
    name: 'log: what two clients append at once has one order for both',
    async run(world) {
      const [first, second] = [world.store, secondStore(world)];
      const followers = [new RecordingFollower(first.log), new RecordingFollower(second.log)];
      for (const follower of followers) await follower.untilTrusted();
      const appends = Array.from({ length: 10 }, async (_, index) => {
        const log = index % 2 === 0 ? first.log : second.log;
        return [(await log?.append([`tag ${index}`])) ?? 0, `tag ${index}`] as const;
      });
      const written = await Promise.all(appends);
      deepStrictEqual(new Set(written.map(([position]) => position)).size, 10, 'two records have one position');
      for (const follower of followers) {
        await follower.until(() => {
          for (const [position, name] of written) deepStrictEqual(follower.namesAt(position), [name]);
        });
        deepStrictEqual(
          follower.order,
          [...follower.order].sort((a, b) => a - b),
        );
      }
    },
  },
  {
    name: 'log: who comes later knows of a record, or that it knows nothing of that time',
    async run(world) {
      const [first, second] = [world.store, secondStore(world)];
      await new RecordingFollower(first.log).untilTrusted();
      const position = (await first.log?.append(['early'])) ?? 0;
      const late = new RecordingFollower(second.log);
      await late.untilTrusted();
      await late.until(() => ok(late.floor >= position || late.namesAt(position)?.[0] === 'early'));
      ok(late.head >= position, 'what is made from now on would seem older than the record');
    },
  },
  {
    name: 'log: two stores have two logs',
    async run(world) {
      const [store, other] = [world.store, world.open(world.subject.backend, { name: '-other' })];
      const [own, stranger] = [new RecordingFollower(store.log), new RecordingFollower(other.log)];
      await own.untilTrusted();
      await stranger.untilTrusted();
      const position = (await store.log?.append(['mine'])) ?? 0;
      await own.until(() => deepStrictEqual(own.namesAt(position), ['mine']));
      stranger.poll();
      ok(!stranger.order.some((each) => stranger.namesAt(each)?.includes('mine')));
    },
  },
];
