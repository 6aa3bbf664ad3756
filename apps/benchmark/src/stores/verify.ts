import { isDeepStrictEqual } from 'node:util';
import { cityOf } from '../memory/city.ts';
import type { StoreSubject } from './contender.ts';

/** Says what is wrong with the answers of a contender, or nothing. Ids 0 to 9 must not be stored yet. */
export async function verifyStore({ read, readMany, write }: StoreSubject): Promise<string | undefined> {
  if ((await read(3)) != null) return 'read 3 gave something that nobody stored';
  for (const id of [3, 4, 3]) await write(id, cityOf(id));
  for (const id of [4, 3, 4]) {
    if (!isDeepStrictEqual(await read(id), cityOf(id))) return `read ${id} did not give what was set`;
  }
  await write(3, { ...cityOf(3), name: 'another' });
  if ((await read(3))?.name !== 'another') return 'read 3 did not give what was set last';
  const found = (await readMany?.([4, 5, 3])) ?? [cityOf(4), null, cityOf(3)];
  const ids = found.map((city) => city?.id);
  return isDeepStrictEqual(ids, [4, undefined, 3]) ? undefined : 'reading three at once did not give two cities';
}
