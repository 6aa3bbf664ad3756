import { describe, expect, it } from 'vitest';
import { addTags, type Cache, limitLifetime } from '../../../src/index.ts';
import {
  type ItemCall,
  type ItemState,
  Job,
  type JobOptions,
  type RefreshRunner,
} from '../../../src/strategies/index.ts';
import { recordingBackend } from '../../support/backends.ts';
import { deferred, failureOf, flush } from '../../support/deferred.ts';
import { recordEvents } from '../../support/record-events.ts';
import { testCache } from '../../support/test-cache.ts';

const MINUTE = 60_000;

/** The number of the fetch for each city, unless the test says what happens. */
class Visits extends Job<[city: string], string> {
  override readonly name: string = 'visits';
  readonly fetched: string[] = [];
  fetching: (city: string) => string | Promise<string> = (city) => `${city} ${this.fetched.length}`;

  override fetch(city: string): string | Promise<string> {
    this.fetched.push(city);
    return this.fetching(city);
  }
}

class Patient extends Visits {
  override readonly name = 'patient';
  override readonly fetchOnStaleThreshold = '15m';
}

class Hasty extends Visits {
  override readonly name = 'hasty';
  override readonly fetchOnMiss = false;
  override empty(city: string): string {
    return `${city} is being counted`;
  }
}

function setUp<J extends Visits>(
  Kind: new (cache: Cache, options?: JobOptions) => J,
  options?: JobOptions,
): { cache: Cache; clock: ReturnType<typeof testCache>['clock']; job: J; errors: unknown[] } {
  const { cache, clock } = testCache();
  const errors: unknown[] = [];
  cache.on('error', (event) => void errors.push(event));
  return { cache, clock, job: new Kind(cache, options), errors };
}

describe('an item that is there', () => {
  it('is answered while it is fresh', async () => {
    const { job, clock } = setUp(Visits);
    expect(await job.get('Lisbon')).toBe('Lisbon 1');
    clock.advance(10 * MINUTE - 1);
    expect(await job.get('Lisbon')).toBe('Lisbon 1');
    await job.idle();
    expect(job.fetched).toEqual(['Lisbon']);
  });

  it('is answered when it is stale, and fetched behind the back of the reader', async () => {
    const { job, clock } = setUp(Visits);
    await job.get('Lisbon');
    clock.advance(10 * MINUTE);
    expect(await job.get('Lisbon')).toBe('Lisbon 1');
    await job.idle();
    expect(await job.get('Lisbon')).toBe('Lisbon 2');
    expect(job.fetched).toHaveLength(2);
  });

  it('is fetched once, however many ask', async () => {
    const { job, clock } = setUp(Visits);
    await job.get('Lisbon');
    clock.advance(10 * MINUTE);
    const readers = Array.from({ length: 100 }, () => job.get('Lisbon'));
    expect(new Set(await Promise.all(readers))).toEqual(new Set(['Lisbon 1']));
    await job.getMany(Array.from({ length: 100 }, () => ['Lisbon']));
    await job.idle();
    expect(job.fetched).toHaveLength(2);
  });

  it('is kept for 30 days', async () => {
    const { job, clock } = setUp(Visits);
    await job.get('Lisbon');
    clock.advance(30 * 24 * 60 * MINUTE + 10 * MINUTE - 1);
    expect(await job.get('Lisbon')).toBe('Lisbon 1');
    await job.idle();
    clock.advance(30 * 24 * 60 * MINUTE + 10 * MINUTE);
    expect(await job.get('Lisbon')).toBe('Lisbon 3');
  });

  it('keeps items of different arguments apart', async () => {
    const { job } = setUp(Visits);
    expect(await job.getMany([['Lisbon'], ['Porto'], ['Lisbon']])).toEqual(['Lisbon 1', 'Porto 2', 'Lisbon 1']);
    expect(job.key('Lisbon')).toEqual(['visits', 'Lisbon']);
  });
});

describe('an item that is missing', () => {
  it('is waited for; what fetching throws reaches the reader', async () => {
    const { job } = setUp(Visits);
    const error = new Error('no database');
    job.fetching = () => Promise.reject(error);
    expect(await failureOf(job.get('Lisbon'))).toBe(error);
    job.fetching = (city) => city;
    expect(await job.get('Lisbon')).toBe('Lisbon');
  });

  it('is replaced by `empty` and fetched in the background without `fetchOnMiss`', async () => {
    const { job } = setUp(Hasty);
    const answers = await Promise.all([job.get('Lisbon'), job.get('Lisbon'), job.get('Porto')]);
    expect(answers).toEqual(['Lisbon is being counted', 'Lisbon is being counted', 'Porto is being counted']);
    await job.idle();
    expect(await job.get('Lisbon')).toBe('Lisbon 1');
    expect(job.fetched).toEqual(['Lisbon', 'Porto']);
  });

  it('is fetched again at once after it was deleted', async () => {
    const { job } = setUp(Hasty);
    await job.get('Lisbon');
    await job.idle();
    expect(await job.delete('Lisbon')).toBe(true);
    expect(await job.get('Lisbon')).toBe('Lisbon is being counted');
    await job.idle();
    expect(await job.get('Lisbon')).toBe('Lisbon 2');
  });

  it('cannot be answered without `empty`', async () => {
    class Nothing extends Visits {
      override readonly fetchOnMiss = false;
    }
    const { job } = setUp(Nothing);
    await expect(job.get('Lisbon')).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION', option: 'empty' });
    await job.idle();
  });

  it('does not go into what is made around with what stands in for it', async () => {
    const { job, cache } = setUp(Hasty);
    const page = () => cache.getOrSet('page', () => job.get('Lisbon'), { ttl: '1h' });
    expect(await page()).toBe('Lisbon is being counted');
    await job.idle();
    expect(await page()).toBe('Lisbon 1');
  });
});

describe('the claim of a refresh', () => {
  it('is looked for once by all readers of a process', async () => {
    const { backend, calls } = recordingBackend();
    const { cache, clock } = testCache({ backend });
    const job = new Visits(cache);
    await job.get('Lisbon');
    clock.advance(10 * MINUTE);
    calls.length = 0;
    await Promise.all(Array.from({ length: 100 }, () => job.get('Lisbon')));
    const looks = calls.filter(({ operation, key }) => operation === 'get' && key?.includes('refresh'));
    await job.idle();
    expect(looks).toHaveLength(1);
  });

  it('of somebody else is looked for again after a second', async () => {
    const { cache, clock, job } = setUp(Hasty);
    const other = new Hasty(cache);
    const held = deferred<string>();
    job.fetching = () => held.promise;
    await job.get('Lisbon');
    await other.get('Lisbon');
    held.resolve('fetched');
    await Promise.all([job.idle(), other.idle()]);
    await job.delete('Lisbon');
    clock.advance(1_000);
    expect(await other.get('Lisbon')).toBe('Lisbon is being counted');
    await other.idle();
    expect(await other.get('Lisbon')).toBe('Lisbon 1');
  });
});

describe('a stale item that is kept for errors only', () => {
  it('counts as missing', async () => {
    class Kept extends Hasty {
      override readonly staleWhileRevalidate = '1m';
      override readonly staleIfError = '1h';
    }
    const { job, clock } = setUp(Kept);
    await job.refresh('Lisbon');
    clock.advance(11 * MINUTE - 1);
    expect(await job.get('Lisbon')).toBe('Lisbon 1');
    await job.idle();
    clock.advance(11 * MINUTE);
    expect(await job.get('Lisbon')).toBe('Lisbon is being counted');
    await job.idle();
    expect(await job.get('Lisbon')).toBe('Lisbon 3');
  });
});

describe('a stale item beyond the threshold', () => {
  it('is fetched while the reader waits', async () => {
    const { job, clock } = setUp(Patient);
    await job.get('Lisbon');
    clock.advance(15 * MINUTE);
    expect(await job.get('Lisbon')).toBe('Lisbon 1');
    await job.idle();
    clock.advance(15 * MINUTE + 1);
    expect(await job.get('Lisbon')).toBe('Lisbon 3');
  });

  it('counts from when the item was fetched, although it was asked for meanwhile', async () => {
    const lost: RefreshRunner = { elsewhere: false, run: () => Promise.resolve() };
    const { job, clock } = setUp(Patient, { runner: lost });
    await job.get('Lisbon');
    for (let minute = 1; minute <= 15; minute += 1) {
      clock.advance(MINUTE);
      expect(await job.get('Lisbon')).toBe('Lisbon 1');
    }
    clock.advance(1);
    expect(await job.get('Lisbon')).toBe('Lisbon 2');
  });

  it('answers the stale item if fetching fails, as long as `staleIfError` says', async () => {
    class Forgiving extends Patient {
      override readonly staleIfError = '20m';
    }
    const { job, clock, errors } = setUp(Forgiving);
    await job.get('Lisbon');
    job.fetching = () => Promise.reject(new Error('no database'));
    clock.advance(30 * MINUTE - 1);
    expect(await job.get('Lisbon')).toBe('Lisbon 1');
    expect(errors).toMatchObject([{ operation: 'load', error: { message: 'no database' } }]);
    clock.advance(1);
    await expect(job.get('Lisbon')).rejects.toThrow('no database');
  });
});

describe('a refresh that fails or is lost', () => {
  it('is an `error` event, and the stale item is answered until the time-out is over', async () => {
    const { job, clock, errors } = setUp(Visits);
    await job.get('Lisbon');
    clock.advance(10 * MINUTE);
    job.fetching = () => Promise.reject(new Error('no database'));
    expect(await job.get('Lisbon')).toBe('Lisbon 1');
    await job.idle();
    expect(errors).toMatchObject([{ operation: 'refresh', key: ['visits', 'Lisbon'] }]);
    clock.advance(MINUTE - 1);
    expect(await job.get('Lisbon')).toBe('Lisbon 1');
    await job.idle();
    expect(job.fetched).toHaveLength(2);
    clock.advance(1);
    job.fetching = () => 'new';
    expect(await job.get('Lisbon')).toBe('Lisbon 1');
    await job.idle();
    expect(await job.get('Lisbon')).toBe('new');
  });

  it('is asked for again once the time-out is over', async () => {
    const asked: string[] = [];
    const lost: RefreshRunner = { elsewhere: false, run: async ({ id }) => void asked.push(id) };
    const { job, clock } = setUp(Visits, { runner: lost });
    await job.get('Lisbon');
    clock.advance(10 * MINUTE);
    for (let second = 0; second < 180; second += 1) {
      await job.get('Lisbon');
      await job.idle();
      clock.advance(1_000);
    }
    expect(asked).toHaveLength(3);
    expect(new Set(asked).size).toBe(1);
  });

  it('is left to a later reader when the runner refuses it', async () => {
    const full: RefreshRunner = { elsewhere: false, run: () => Promise.reject(new Error('full')) };
    const { job, clock, errors } = setUp(Visits, { runner: full });
    await job.get('Lisbon');
    clock.advance(10 * MINUTE);
    expect(await job.get('Lisbon')).toBe('Lisbon 1');
    await job.idle();
    expect(job.fetched).toHaveLength(1);
    expect(errors).toMatchObject([{ operation: 'refresh queue', error: { message: 'full' } }]);
  });

  it('does nothing if the item is fresh by then', async () => {
    const requests: (() => Promise<void>)[] = [];
    const late: RefreshRunner = { elsewhere: false, run: async ({ refresh }) => void requests.push(refresh) };
    const { job, clock } = setUp(Visits, { runner: late });
    await job.get('Lisbon');
    clock.advance(10 * MINUTE);
    await job.get('Lisbon');
    await job.idle();
    await job.refresh('Lisbon');
    for (const request of requests) await request();
    expect(requests).toHaveLength(1);
    expect(job.fetched).toHaveLength(2);
  });
});

describe('what is known to be out of date', () => {
  it('is answered stale by `invalidate`, and refreshed', async () => {
    const { job } = setUp(Visits);
    expect(await job.invalidate('Lisbon')).toBe(false);
    await job.get('Lisbon');
    const held = deferred<string>();
    job.fetching = () => held.promise;
    expect(await job.invalidate('Lisbon')).toBe(true);
    expect(await job.get('Lisbon')).toBe('Lisbon 1');
    held.resolve('new');
    await job.idle();
    expect(await job.get('Lisbon')).toBe('new');
    expect(job.fetched).toHaveLength(2);
  });

  it('is fetched again if it is invalidated while it is fetched', async () => {
    const { job, clock } = setUp(Visits);
    await job.get('Lisbon');
    clock.advance(10 * MINUTE);
    const held = deferred<string>();
    job.fetching = () => (job.fetched.length === 2 ? held.promise : 'newest');
    await job.get('Lisbon');
    await flush();
    expect(await job.invalidate('Lisbon')).toBe(true);
    held.resolve('already out of date');
    await job.idle();
    expect(await job.get('Lisbon')).toBe('newest');
    expect(job.fetched.length).toBeGreaterThanOrEqual(3);
  });

  it('is fetched again also where the queue takes an item once at a time', async () => {
    const active = new Set<string>();
    const runner: RefreshRunner = {
      elsewhere: false,
      async run({ id, refresh }) {
        if (active.has(id)) return;
        active.add(id);
        await refresh();
        active.delete(id);
      },
    };
    const { job, clock } = setUp(Visits, { runner });
    await job.get('Lisbon');
    clock.advance(10 * MINUTE);
    const held = deferred<string>();
    job.fetching = () => (job.fetched.length === 2 ? held.promise : 'newest');
    await job.get('Lisbon');
    await flush();
    clock.advance(1);
    await job.invalidate('Lisbon');
    held.resolve('already out of date');
    await job.idle();
    expect(await job.get('Lisbon')).toBe('newest');
    expect(job.fetched).toHaveLength(3);
  });

  it('can be invalidated again within a millisecond', async () => {
    const { job } = setUp(Visits);
    await job.get('Lisbon');
    for (const fetched of [2, 3]) {
      await job.invalidate('Lisbon');
      await job.idle();
      expect(await job.get('Lisbon')).toBe(`Lisbon ${fetched}`);
    }
    await job.refresh('Lisbon');
    await job.invalidate('Lisbon');
    await job.idle();
    expect(await job.get('Lisbon')).toBe('Lisbon 5');
  });

  it('takes along what was made from it, at once', async () => {
    const { job, cache } = setUp(Visits);
    let made = 0;
    const page = () =>
      cache.getOrSet('page', async () => `${await job.get('Lisbon')}, page ${(made += 1)}`, { ttl: '1h' });
    expect([await page(), await page()]).toEqual(['Lisbon 1, page 1', 'Lisbon 1, page 1']);
    await job.invalidate('Lisbon');
    await job.idle();
    expect([await page(), await page()]).toEqual(['Lisbon 2, page 2', 'Lisbon 2, page 2']);
    await job.set(['Lisbon'], 'set');
    expect(await page()).toBe('set, page 3');
    await job.refresh('Lisbon');
    expect(await page()).toBe('Lisbon 3, page 4');
    await job.delete('Lisbon');
    expect(await page()).toBe('Lisbon 4, page 5');
  });

  it('is replaced by `refresh` and `set`, also while an older one is being fetched', async () => {
    for (const replace of [(job: Visits) => job.refresh('Lisbon'), (job: Visits) => job.set(['Lisbon'], 'newer')]) {
      const { job, clock } = setUp(Visits);
      await job.get('Lisbon');
      clock.advance(10 * MINUTE);
      const held = deferred<string>();
      job.fetching = () => (job.fetched.length === 2 ? held.promise : 'newer');
      await job.get('Lisbon');
      await flush();
      await replace(job);
      held.resolve('older');
      await job.idle();
      expect(await job.get('Lisbon')).toBe('newer');
    }
  });

  it('is not asked for again while `refresh` fetches it', async () => {
    const asked: string[] = [];
    const runner: RefreshRunner = { elsewhere: false, run: async ({ id }) => void asked.push(id) };
    const { job } = setUp(Visits, { runner });
    await job.get('Lisbon');
    const held = deferred<string>();
    job.fetching = () => held.promise;
    const refreshed = job.refresh('Lisbon');
    await flush();
    expect(await job.get('Lisbon')).toBe('Lisbon 1');
    held.resolve('new');
    expect(await refreshed).toBe('new');
    await job.idle();
    expect(asked).toEqual([]);
  });

  it('stays as it was if what is to be set cannot be an item', async () => {
    const { job, cache } = setUp(Visits);
    const page = () => cache.getOrSet('page', () => job.get('Lisbon'), { ttl: '1h' });
    await page();
    await expect(job.set(['Lisbon'], undefined as unknown as string)).rejects.toMatchObject({
      code: 'ERR_CACHE_VALUE',
    });
    expect([await job.get('Lisbon'), await cache.has('page')]).toEqual(['Lisbon 1', true]);
  });

  it('is removed by `delete` and by its tags', async () => {
    class Tagged extends Visits {
      override tags(city: string): readonly string[] {
        return [`city:${city}`];
      }
      override async fetch(city: string): Promise<string> {
        addTags('cities');
        return super.fetch(city);
      }
    }
    const { job, cache } = setUp(Tagged);
    const gone = async (remove: () => Promise<unknown>): Promise<boolean> => {
      await job.get('Lisbon');
      await remove();
      return (await job.peek('Lisbon')) === undefined;
    };
    expect(await gone(() => cache.invalidateTags(['city:Lisbon']))).toBe(true);
    expect(await gone(() => cache.invalidateTags(['cities']))).toBe(true);
    expect(await gone(() => job.delete('Lisbon'))).toBe(true);
    expect(await gone(() => cache.invalidateTags(['city:Porto']))).toBe(false);
    expect(await job.delete('Porto')).toBe(false);
  });
});

describe('what a subclass may say', () => {
  it('decides for each item whether readers wait', async () => {
    const states: ItemState[] = [];
    class Choosy extends Hasty {
      override shouldFetchSynchronously(state: ItemState, city: string): boolean {
        states.push(state);
        return city === 'Lisbon';
      }
    }
    const { job, clock } = setUp(Choosy);
    expect([await job.get('Lisbon'), await job.get('Porto')]).toEqual(['Lisbon 1', 'Porto is being counted']);
    await job.idle();
    clock.advance(11 * MINUTE);
    expect([await job.get('Lisbon'), await job.get('Porto')]).toEqual(['Lisbon 3', 'Porto 2']);
    expect(states).toEqual([
      { status: 'miss', age: undefined },
      { status: 'miss', age: undefined },
      { status: 'stale', age: 11 * MINUTE },
      { status: 'stale', age: 11 * MINUTE },
    ]);
    await job.idle();
  });

  it('refuses a promise as that decision', async () => {
    class Slow extends Visits {
      override shouldFetchSynchronously(): boolean {
        return Promise.resolve(false) as unknown as boolean;
      }
    }
    await expect(setUp(Slow).job.get('Lisbon')).rejects.toMatchObject({ option: 'shouldFetchSynchronously' });
  });

  it('makes of an item what readers get', async () => {
    class Shown extends Job<[id: number], readonly string[], string> {
      override readonly fetchOnMiss: boolean = false;
      override fetch(id: number): string[] {
        return ['city', `${id}`];
      }
      override empty(): string[] {
        return [];
      }
      override processResult(value: readonly string[], { status, synchronous, args }: ItemCall<[number]>): string {
        return `${value.join(' ')} ${status} ${synchronous ? 'waited' : 'at once'} ${args.join()}`;
      }
    }
    const { cache, clock } = testCache();
    const job = new Shown(cache);
    const answers = [await job.get(5)];
    await job.idle();
    answers.push(await job.get(5));
    clock.advance(10 * MINUTE);
    answers.push(await job.get(5), await job.refresh(5));
    expect(answers).toEqual([
      ' miss at once 5',
      'city 5 hit at once 5',
      'city 5 stale at once 5',
      'city 5 stale waited 5',
    ]);
    expect(job.name).toBe('Shown');
  });

  it('has its own lifetime, which what it fetches may shorten', async () => {
    class Short extends Visits {
      override readonly lifetime = '1m';
      override fetch(city: string): string | Promise<string> {
        if (city === 'Porto') limitLifetime('10s');
        return super.fetch(city);
      }
    }
    const { job, clock } = setUp(Short);
    await job.getMany([['Lisbon'], ['Porto']]);
    clock.advance(10_000);
    expect(await job.peek('Lisbon')).toEqual({ value: 'Lisbon 1', stale: false, age: 10_000 });
    expect(await job.peek('Porto')).toMatchObject({ stale: true });
    clock.advance(50_000);
    expect(await job.peek('Lisbon')).toMatchObject({ stale: true });
    expect(await job.peek('Faro')).toBeUndefined();
  });

  it('has a key of its own', async () => {
    class Folded extends Visits {
      override key(city: string): readonly string[] {
        return ['folded', city.toLowerCase()];
      }
    }
    const { job } = setUp(Folded);
    expect([await job.get('Lisbon'), await job.get('LISBON')]).toEqual(['Lisbon 1', 'Lisbon 1']);
  });

  it.each([
    ['name', { name: '' }],
    ['lifetime', { lifetime: 0 }],
    ['lifetime', { lifetime: '10 minutes' }],
    ['staleWhileRevalidate', { staleWhileRevalidate: -1 }],
    ['staleIfError', { staleIfError: 'never' }],
    ['refreshTimeout', { refreshTimeout: 0 }],
    ['refreshTimeout', { refreshTimeout: 'forever' }],
    ['fetchOnStaleThreshold', { fetchOnStaleThreshold: 'x' }],
    ['loadTimeout', { loadTimeout: Number.NaN }],
  ])('is checked at the first use: %s', async (option, fields) => {
    const job = Object.assign(new Visits(testCache().cache), fields);
    await expect(job.get('Lisbon')).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION', option });
  });

  it('is refused under the name of another class', async () => {
    const { cache } = testCache();
    const another = new (class extends Visits {})(cache);
    await new Visits(cache).get('Lisbon');
    await new Visits(cache).get('Lisbon');
    await expect(another.get('Lisbon')).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION', option: 'name' });
  });

  it('is not for runners elsewhere where nobody else sees what they store', () => {
    const runner: RefreshRunner = { elsewhere: true, run: () => Promise.resolve() };
    expect(() => new Visits(testCache().cache, { runner })).toThrow(/option `runner`/i);
    expect(() => new Visits(testCache().cache, { runner: {} as RefreshRunner })).toThrow(/option `runner`/i);
    expect(() => new Visits({} as Cache)).toThrow(/option `cache`/i);
    expect(() => new Visits(testCache().cache, { run: 1 } as JobOptions)).toThrow(/unknown option `run`/i);
  });
});

it('tells what it does by the events of the cache', async () => {
  const { cache, clock } = testCache();
  const job = new Visits(cache);
  const events = recordEvents(cache, 'hit', 'miss', 'load', 'error');
  await job.get('Lisbon');
  clock.advance(10 * MINUTE);
  await job.get('Lisbon');
  await job.idle();
  expect(events.map(({ name }) => name)).toEqual(['miss', 'load', 'hit', 'load']);
});
