import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Target } from '../trial.ts';
import { mayVanish } from './keys.ts';
import { SETTINGS } from './settings.ts';

/** The compiled writer, also when this file is run from its source. */
const WRITER = fileURLToPath(new URL('../../dist/sqlite/writer.js', import.meta.url));

/** The SQLite backend: its database files, and the files of large values beside them. */
export const sqliteTarget: Target = {
  name: 'sqlite',
  trials: (directory, seed) =>
    SETTINGS.map(({ label, writers, evicts }, index) => ({
      label,
      writers,
      counts: !evicts,
      mayVanish: (key) => evicts || mayVanish(key),
      command: ({ writer, generation, looksOnly }) => {
        const task = { label, directory: join(directory, String(index)), seed, writer, generation, looksOnly };
        return [WRITER, JSON.stringify(task)];
      },
    })),
};
