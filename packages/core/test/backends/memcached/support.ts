import { connect } from 'node:net';
import { readPage } from '../../../src/backends/memcached/page.ts';
import { ItemNames } from '../../../src/backends/memcached/item-names.ts';
import type { Entry, StoreContext } from '../../../src/index.ts';
import { systemClock } from '../../../src/clock.ts';

/** Sends one command as it is and resolves with the first part of the answer. */
export function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${command}\r\n`));
    socket.once('data', (data) => {
      resolve(data.toString());
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

/** A context that notes what is reported. */
export function contextOf(name: string, reports: string[] = []): StoreContext {
  return { name, version: '1', clock: systemClock, report: (operation) => reports.push(operation) };
}

/** An entry that lives until an instant. */
export function entryUntil(value: unknown, until: number): Entry {
  return {
    value,
    storedAt: Date.now(),
    staleAt: until,
    revalidateUntil: until,
    errorUntil: until,
    deleteAt: until,
    limitAt: Infinity,
    tags: [],
    position: 0,
    copyOnRead: false,
    token: undefined,
    checkedAt: -1,
  };
}

/** Removes an entry without a trace, as the server does when it needs room. */
export async function evictItem(port: number, context: StoreContext, key: string, prefix = 'cache'): Promise<void> {
  const names = new ItemNames(prefix, context);
  const page = await ask(port, `get ${names.page}`);
  const generation = readPage(page.split('\r\n')[1])?.generation ?? 0;
  await ask(port, `delete ${names.of(key, generation)}`);
}
