import type { Entry } from '../entry.ts';
import type { Root } from '../space.ts';
import type { Markup } from './markup.ts';
import type { Place, Wanted } from './wanted.ts';

/** The markup, if it is fresh and near. */
export function answerNow(place: Place): Markup | undefined {
  const { space, isNear } = place.shelf;
  if (!isNear) return undefined;
  const found = space.find(place.id);
  if (found === undefined || found instanceof Promise || !space.isHit(found, space.root.clock.now())) return undefined;
  return (space.root.events.heard.hit ? space.answer(place.key, found) : space.use(found)) as Markup;
}

/** What is stored under the ids, in one call of each backend. Those that are near are left out. */
export async function findAll(wanted: readonly Wanted[]): Promise<ReadonlyMap<Wanted, Entry | undefined>> {
  const groups = new Map<Root, Wanted[]>();
  for (const each of wanted) {
    if (each.shelf.isNear) continue;
    const group = groups.get(each.shelf.space.root);
    if (group === undefined) groups.set(each.shelf.space.root, [each]);
    else group.push(each);
  }
  const all = new Map<Wanted, Entry | undefined>();
  const looks = [...groups.values()].map(async (group) => {
    const ids = [...new Set(group.map(({ id }) => id))];
    const found = (await group[0]?.shelf.space.findMany(ids)) ?? [];
    const byId = new Map(ids.map((id, index) => [id, found[index]]));
    for (const each of group) all.set(each, byId.get(each.id));
  });
  await Promise.all(looks);
  return all;
}
