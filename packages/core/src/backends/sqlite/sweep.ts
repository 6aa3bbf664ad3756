import { decodeNames } from '../../codecs/envelope.ts';
import { isInNamespace, type NamespacePath, scopePath } from '../../key.ts';
import { fromRowKey } from './row-keys.ts';
import { TOMBSTONE_TIME } from './rows.ts';
import type { Shard } from './shard.ts';

/** What was invalidated, of all stores: up to `floor` everything, after it the names of `stores`, by store. */
export interface Invalidations {
  readonly floor: number;
  readonly stores: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

const PAGE = 200;
/** Bytes of an envelope that are looked at; more than a key and its tags ever take, as a rule. */
const HEAD = 4_096;

/** Removes the rows that no reader finds valid any more, some at a time; how many. Reads the beginning of each, so it takes its time. */
export async function sweep(shard: Shard, invalidations: Invalidations, now: number): Promise<number> {
  const judge = judgeOf(invalidations);
  let swept = 0;
  let after = 0;
  for (;;) {
    const page = shard.database.use((rows) =>
      rows.all(
        `SELECT id, key, token, substr(body, 1, ${HEAD}), file FROM entries WHERE id > ? AND stored IS NOT NULL ORDER BY id LIMIT ${PAGE}`,
        after,
      ),
    );
    const dead = page.filter(([, key, , body, file]) => {
      const head = body === null ? shard.files.headNow(String(file), HEAD) : Buffer.from(body as Uint8Array);
      return head !== undefined && judge(String(key), head);
    });
    after = Number(page.at(-1)?.[0] ?? after);
    if (dead.length > 0) swept += await retire(shard, dead, now);
    if (page.length < PAGE) return swept;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A row that was swept is known for a while, like a deleted one, so that no older load takes its place. */
async function retire(shard: Shard, dead: readonly (readonly unknown[])[], now: number): Promise<number> {
  const retired = await shard.queue.run(() =>
    shard.database.transaction((rows) => {
      const counts = dead.map(([id, , token]) => rows.retire(Number(id), token as Uint8Array, now + TOMBSTONE_TIME));
      return counts.reduce((sum, count) => sum + count, 0);
    }),
  );
  shard.room.removeGarbage();
  return retired;
}

/** Whether the row with this key, and an envelope that begins like this, is invalid. */
function judgeOf({ floor, stores }: Invalidations): (rowKey: string, head: Buffer) => boolean {
  const scopes = new Map([...stores].map(([store, names]) => [store, scopesIn(names)]));
  return (rowKey, head) => {
    const found = decodeNames(head);
    if (found === undefined) return false;
    const { position, tags } = found;
    if (position < floor) return true;
    // The name and the version of a store hold no slash.
    const store = rowKey.split('/', 2).join('/');
    const names = stores.get(store);
    if (names === undefined) return false;
    if (tags.some((tag) => (names.get(tag) ?? 0) > position)) return true;
    const key = fromRowKey(`${store}/`, rowKey);
    return (scopes.get(store) ?? []).some((scope) => scope.position > position && isInNamespace(key, scope.path));
  };
}

function scopesIn(names: ReadonlyMap<string, number>): { readonly path: NamespacePath; readonly position: number }[] {
  return [...names].flatMap(([name, position]) => {
    const path = scopePath(name);
    return path === undefined ? [] : [{ path, position }];
  });
}
