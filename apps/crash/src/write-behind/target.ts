import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startRedis } from '@cache/services/redis';
import type { Target } from '../trial.ts';
import { redisSettings, type Setting, SQLITE_SETTINGS } from './settings.ts';
import type { Task } from './writer.ts';

/** The compiled writer, also when this file is run from its source. */
const WRITER = fileURLToPath(new URL('../../dist/write-behind/writer.js', import.meta.url));

/** Write-behind with a journal in files of SQLite. */
export function sqliteWriteBehind(): Target {
  return writeBehindTarget('write-behind (sqlite)', SQLITE_SETTINGS);
}

/** The same with one journal in a Redis server that it starts. */
export async function redisWriteBehind(): Promise<Target> {
  const server = await startRedis();
  return {
    ...writeBehindTarget('write-behind (redis)', redisSettings(server.url)),
    close: () => server.stop(),
  };
}

function writeBehindTarget(name: string, settings: readonly Setting[]): Target {
  return {
    name,
    trials: (directory, seed) =>
      settings.map(({ label, writers, journal }, index) => ({
        label,
        writers,
        counts: false,
        mayVanish: () => false,
        command: ({ writer, generation, looksOnly }) => {
          const own = join(directory, String(index));
          const task: Task = { directory: own, journal, seed: seed + index, writer, generation, looksOnly };
          return [WRITER, JSON.stringify(task)];
        },
      })),
  };
}
