import { isDeepStrictEqual } from 'node:util';
import { cityOf } from './city.ts';
import { type Contender, createSetting } from './contender.ts';

/** Says what is wrong with the answers of a contender, or nothing. */
export async function verifyReads({ create }: Contender): Promise<string | undefined> {
  const setting = createSetting(10, (id) => Promise.resolve(cityOf(id)));
  const subject = await create(setting);
  try {
    for (const id of [3, 3, 4, 3, 4]) {
      if (!isDeepStrictEqual(await subject.read(id), cityOf(id))) return `read ${id} did not give city ${id}`;
    }
    return setting.loads === 2 ? undefined : `2 keys read 5 times took ${setting.loads} loads`;
  } finally {
    await subject.close?.();
  }
}

/** The same for tags: an invalidated tag drops its entries and no others. */
export async function verifyTags({ create }: Contender): Promise<string | undefined> {
  const setting = createSetting(10, (id) => Promise.resolve(cityOf(id)));
  const subject = await create(setting);
  try {
    await subject.read(3);
    await subject.read(4);
    for (const tag of setting.tags[3] ?? []) {
      const before = setting.loads;
      await subject.invalidateTag?.(tag);
      if (!isDeepStrictEqual(await subject.read(4), cityOf(4))) return 'read 4 did not give city 4';
      if (setting.loads !== before) return `the invalidation of ${tag} dropped an entry without it`;
      if (!isDeepStrictEqual(await subject.read(3), cityOf(3))) return 'read 3 did not give city 3';
      if (setting.loads !== before + 1) return `after the invalidation of ${tag} its entry was still a hit`;
    }
    return undefined;
  } finally {
    await subject.close?.();
  }
}

/** The same for writes: what was set is read, and no load was needed. */
export async function verifyWrites({ create }: Contender): Promise<string | undefined> {
  const setting = createSetting(10, () => Promise.reject(new Error('the origin was asked for a value that was set')));
  const subject = await create(setting);
  try {
    if (subject.write === undefined) return 'it has no set';
    for (const id of [1, 2, 1]) await subject.write(id, cityOf(id));
    for (const id of [2, 1]) {
      if (!isDeepStrictEqual(await subject.read(id), cityOf(id))) return `read ${id} did not give what was set`;
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await subject.close?.();
  }
}
