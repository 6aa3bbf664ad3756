import { describe, expect, test } from 'vitest';
import { type City, cityOf } from '../src/memory/city.ts';
import { type Contender, createSetting, type Setting, type Subject } from '../src/memory/contender.ts';
import { hit, taggedHit } from '../src/memory/scenarios/hit.ts';
import { set } from '../src/memory/scenarios/set.ts';
import { timeReads } from '../src/memory/timing.ts';
import { verifyReads, verifyTags, verifyWrites } from '../src/memory/verify.ts';

const contender = (create: (setting: Setting) => Subject): Contender => ({ name: 'test', create });

function mapCache({ load, tags }: Setting): Required<Pick<Subject, 'read' | 'write' | 'invalidateTag'>> {
  const cities = new Map<number, City>();
  return {
    read: (id) => {
      const found = cities.get(id);
      if (found !== undefined) return found;
      return load(id).then((city) => {
        cities.set(id, city);
        return city;
      });
    },
    write: (id, city) => cities.set(id, city),
    invalidateTag: (tag) => {
      for (const id of cities.keys()) if (tags[id]?.includes(tag) === true) cities.delete(id);
    },
  };
}

test('a right contender passes', async () => {
  expect(await verifyReads(contender(mapCache))).toBeUndefined();
  expect(await verifyTags(contender(mapCache))).toBeUndefined();
  expect(await verifyWrites(contender(mapCache))).toBeUndefined();
});

describe('a contender is rejected that', () => {
  test('gives the same city for every id', async () => {
    const wrong = await verifyReads(contender((setting) => ({ read: () => mapCache(setting).read(3) })));
    expect(wrong).toBe('read 4 did not give city 4');
  });

  test('gives nothing', async () => {
    expect(await verifyReads(contender(() => ({ read: () => undefined })))).toBe('read 3 did not give city 3');
  });

  test('does not cache', async () => {
    expect(await verifyReads(contender(({ load }) => ({ read: load })))).toBe('2 keys read 5 times took 5 loads');
  });

  test('never asks the origin', async () => {
    expect(await verifyReads(contender(() => ({ read: cityOf })))).toBe('2 keys read 5 times took 0 loads');
  });

  test('has no tags', async () => {
    const wrong = await verifyTags(contender((setting) => ({ read: mapCache(setting).read })));
    expect(wrong).toBe('after the invalidation of city:3 its entry was still a hit');
  });

  test('drops everything when a tag is invalidated', async () => {
    const forgetful = contender((setting) => {
      let cache = mapCache(setting);
      return { read: (id) => cache.read(id), invalidateTag: () => (cache = mapCache(setting)) };
    });
    expect(await verifyTags(forgetful)).toBe('the invalidation of city:3 dropped an entry without it');
  });

  test('does not keep what is set', async () => {
    const wrong = await verifyWrites(contender((setting) => ({ ...mapCache(setting), write: () => undefined })));
    expect(wrong).toBe('the origin was asked for a value that was set');
  });

  test('answers wrongly only while it is timed', async () => {
    const setting = createSetting(4, (id) => Promise.resolve(cityOf(id)));
    const liar = { read: () => cityOf(0) };
    await expect(timeReads(liar, new Uint32Array(400).fill(1), { warmUpMs: 0, measureMs: 0 })).rejects.toThrow(
      'a read did not give the right city',
    );
    expect(setting.loads).toBe(0);
  });
});

test.each(hit.contenders)('$name answers reads rightly', async (each) => {
  expect(await verifyReads(each)).toBeUndefined();
});

test.each(taggedHit.contenders.filter(({ name }) => !name.startsWith('floor')))(
  '$name invalidates tags rightly',
  async (each) => {
    expect(await verifyTags(each)).toBeUndefined();
  },
);

test.each(set.contenders)('$name keeps what is set', async (each) => {
  expect(await verifyWrites(each)).toBeUndefined();
});
