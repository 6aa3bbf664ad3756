import { vi } from 'vitest';
import { findDriver } from '../../../src/backends/sqlite/driver.ts';
import { type SqliteOptions, sqlite } from '../../../src/backends/sqlite/index.ts';
import { temporaryDirectory } from '../sqlite/support/directory.ts';
import { evictRow } from '../sqlite/support/raw.ts';
import { describeEngine, type Engine, sharedAndPersistent } from './engine.ts';

function engineWith(
  options: Omit<SqliteOptions, 'directory'>,
  sequences: number,
  bound: typeof withDefault = withDefault,
): Engine {
  let { directory, remove } = { directory: '', remove: () => {} };
  return {
    capabilities: { ...sharedAndPersistent, streams: true },
    sequences,
    start: async () => {
      ({ directory, remove } = temporaryDirectory());
    },
    open: () => bound(() => sqlite({ ...options, directory })),
    evict: async ({ name, version }, key) => bound(() => evictRow(directory, `${name}/${version}/${key}`)),
    stop: () => remove(),
  };
}

const withDefault = <T>(work: () => T): T => work();

describeEngine('sqlite', engineWith({}, 20));
describeEngine('sqlite-sharded', engineWith({ shards: 3, eviction: 'least-recently-used', statistics: true }, 10));
describeEngine('sqlite-files', engineWith({ fileAbove: 0 }, 10));

// Where Node has its own binding, the other one is tested as well.
if (findDriver().name === 'node:sqlite') describeEngine('sqlite-libsql', engineWith({}, 20, withLibsql));

/** Two bindings in one process must not use one file: each would undo the locks of the other. */
function withLibsql<T>(work: () => T): T {
  const builtin = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
  try {
    return work();
  } finally {
    builtin.mockRestore();
  }
}
