import { decodeEntry } from '../../codecs/envelope.ts';
import { envelopeLength } from './row-writes.ts';
import type { Rows } from './rows.ts';
import type { Shard } from './shard.ts';

/** Something that is not as it should be. */
export interface Problem {
  readonly kind: 'damaged' | 'missing file' | 'orphan file' | 'unreadable value' | 'wrong total';
  /** The database it was found in. */
  readonly path: string;
  readonly detail: string;
  readonly fixed: boolean;
}

type Found = Pick<Problem, 'kind' | 'detail'>;

const PAGE = 200;

/**
 * Looks whether the database is intact, each value readable, each file named by a row and the counters right.
 *
 * @param fix puts right what is found; values that cannot be read are removed, a damaged database is put aside
 */
export async function checkShard(shard: Shard, fix: boolean): Promise<Problem[]> {
  const { path } = shard.database;
  const damage = integrity(shard);
  if (damage.length > 0) {
    if (fix) shard.database.quarantine(new Error(damage[0]));
    return damage.map((detail) => ({ kind: 'damaged', path, detail, fixed: fix }));
  }
  const found = [
    ...(await unreadable(shard, fix)),
    ...(await wrongFiles(shard, fix)),
    ...(await wrongTotals(shard, fix)),
  ];
  return found.map((each) => ({ ...each, path, fixed: fix }));
}

function integrity(shard: Shard): string[] {
  const lines = shard.database.use((rows) => rows.all('PRAGMA integrity_check(20)'));
  return lines.map(([line]) => String(line)).filter((line) => line !== 'ok');
}

async function unreadable(shard: Shard, fix: boolean): Promise<Found[]> {
  const found: Found[] = [];
  let after = 0;
  for (;;) {
    const page = shard.database.use((rows) =>
      rows.all(`SELECT id, key, body FROM entries WHERE id > ? AND body IS NOT NULL ORDER BY id LIMIT ${PAGE}`, after),
    );
    for (const [id, key, body] of page) {
      after = Number(id);
      if (decodeEntry(String(key), Buffer.from(body as Uint8Array), shard.options.codec) !== undefined) continue;
      found.push({ kind: 'unreadable value', detail: String(key) });
      const remove = (rows: Rows): void => rows.remove(after);
      if (fix) await shard.queue.run(() => shard.database.transaction(remove));
    }
    if (page.length < PAGE) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** In one transaction, so that what others write meanwhile is not taken for a fault. */
function wrongFiles(shard: Shard, fix: boolean): Found[] | Promise<Found[]> {
  const { files } = shard;
  const present = files.list();
  return shard.queue.run(() =>
    shard.database.transaction((rows) => {
      const found: Found[] = [];
      const known = new Set(rows.all('SELECT file FROM garbage').map(([file]) => String(file)));
      for (const [id, key, size, file] of rows.all('SELECT id, key, size, file FROM entries WHERE file IS NOT NULL')) {
        const name = String(file);
        known.add(name);
        const bytes = files.sizeOf(name);
        if (bytes === envelopeLength(String(key), Number(size))) continue;
        if (bytes === undefined) found.push({ kind: 'missing file', detail: name });
        else found.push({ kind: 'unreadable value', detail: String(key) });
        if (fix) rows.remove(Number(id));
      }
      for (const { name, bytes } of present) {
        if (known.has(name) || files.sizeOf(name) === undefined) continue;
        found.push({ kind: 'orphan file', detail: `${name}, ${bytes} bytes` });
        if (fix) files.remove(name);
      }
      return found;
    }),
  );
}

function wrongTotals(shard: Shard, fix: boolean): Found[] | Promise<Found[]> {
  const counted = `SELECT coalesce(sum(size), 0) AS bytes, count(stored) AS live, count(file) AS files,
    (SELECT count(*) FROM garbage) AS garbage FROM entries`;
  return shard.queue.run(() =>
    shard.database.transaction((rows) => {
      const [right] = rows.all(counted);
      const [kept] = rows.all('SELECT bytes, live, files, garbage FROM totals');
      const names = ['bytes', 'live', 'files', 'garbage'];
      const found = names.flatMap((name, index): Found[] => {
        if (right?.[index] === kept?.[index]) return [];
        return [
          { kind: 'wrong total', detail: `${name}: ${String(kept?.[index])} instead of ${String(right?.[index])}` },
        ];
      });
      if (fix && found.length > 0) rows.run(`UPDATE totals SET (bytes, live, files, garbage) = (${counted})`);
      return found;
    }),
  );
}
