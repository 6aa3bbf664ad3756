import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '@cache/services/postgres';
import { startRedis } from '@cache/services/redis';
import type { Plan } from '../arguments.ts';
import { runAlone } from '../measure/alone.ts';
import type { Outcome } from '../measure/outcome.ts';
import { interleave } from '../measure/rounds.ts';
import { type Row, toRows } from '../report/row.ts';
import { writeContenders, writeScenarios } from './scenario.ts';

const workerFile = fileURLToPath(import.meta.resolve('./worker.js'));

/** The servers as one would run them: PostgreSQL waits for the disk, and so does Redis once a second. */
const POSTGRES = { fsync: 'on', full_page_writes: 'on', shared_buffers: '128MB' };
const REDIS = ['--appendonly', 'yes', '--appendfsync', 'everysec'];

/** Writes to a database, one by one and behind journals; the rows of each scenario are handed over when it is done. */
export async function runWriteBehind(plan: Plan, onRows: (rows: Row[]) => void): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'benchmark-'));
  const [postgres, redis] = await Promise.all([startPostgres(POSTGRES), startRedis(REDIS)]);
  let folders = 0;
  try {
    for (const { name } of writeScenarios) {
      const names = writeContenders.map((contender) => contender.name);
      const contenders = plan.select(name, names);
      if (contenders.length === 0) continue;
      const results = await interleave(contenders, plan.rounds, async (contender, round) => {
        plan.progress(`${name}: round ${round + 1} of ${plan.rounds}, ${contender}`);
        const place = [join(root, `${(folders += 1)}`), postgres.url, redis.url];
        const budget = [`${plan.warmUpMs}`, `${plan.measureMs}`];
        return runAlone<Outcome>(workerFile, [name, contender, ...place, ...budget]);
      });
      onRows(toRows(name, results));
    }
  } finally {
    await Promise.all([postgres.stop(), redis.stop()]);
    rmSync(root, { recursive: true, force: true });
  }
}
