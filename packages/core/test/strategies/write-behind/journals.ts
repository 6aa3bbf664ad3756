import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Journal, memoryJournal } from '../../../src/strategies/index.ts';
import { sqliteJournal } from '../../../src/strategies/write-behind/sqlite/index.ts';

/** A directory that is there for one test. */
export function testDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'write-behind-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Journals that live in this process alone, each empty. */
export const LOCAL_JOURNALS: readonly (readonly [kind: string, make: () => Journal])[] = [
  ['memory', memoryJournal],
  ['SQLite', () => sqliteJournal({ directory: testDirectory(), synchronous: 'normal' })],
];
