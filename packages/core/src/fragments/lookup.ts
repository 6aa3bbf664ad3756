import type { Entry } from '../entry.ts';
import type { Root, Space } from '../space.ts';
import type { Markup } from './markup.ts';
import type { Wanted } from './wanted.ts';

/** Whether entries are kept in this process, so that nobody has to wait for them. */
export function isNear({ root }: Space): boolean {
  return !root.store.capabilities.shared && !root.store.capabilities.persistent;
}

/** The markup, if it is fresh and near. */
export function answerNow({ space, id, key }: Wanted): Markup | undefined {
  if (!isNear(space)) return undefined;
  const found = space.find(id);
  if (found === undefined || found instanceof Promise || !space.isHit(found, space.root.clock.now())) return undefined;
  return space.answer(key, found) as Markup;
}

/** What is stored under the ids, in one call of each backend. Those that are near are left out. */
export async function findAll(wanted: readonly Wanted[]): Promise<ReadonlyMap<Wanted, Entry | undefined>> {
  const groups = new Map<Root, Wanted[]>();
  for (const each of wanted) {
    if (isNear(each.space)) continue;
    const group = groups.get(each.space.root);
    if (group === undefined) groups.set(each.space.root, [each]);
    else group.push(each);
  }
  const all = new Map<Wanted, Entry | undefined>();
  const looks = [...groups.values()].map(async (group) => {
    const ids = [...new Set(group.map(({ id }) => id))];
    const found = (await group[0]?.space.findMany(ids)) ?? [];
    const byId = new Map(ids.map((id, index) => [id, found[index]]));
    for (const each of group) all.set(each, byId.get(each.id));
  });
  await Promise.all(looks);
  return all;
}
