import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';

const COMPILER = join(import.meta.dirname, '../../../../node_modules/typescript/bin/tsc');
const COMMON = ['--ignoreConfig', '--target', 'es2023', '--module', 'nodenext'];
const run = promisify(execFile);

/** Compiles with TypeScript what the runner of the tests cannot read: decorators. */
export interface Compiler {
  /** Runs a file that imports nothing but types. */
  load<Module>(file: string, ...options: string[]): Promise<Module>;
  /** Writes a text into a file. */
  write(name: string, text: string): Promise<string>;
  /** What the compiler has against a file; empty if nothing. */
  complaints(file: string, ...options: string[]): Promise<string>;
}

export function useCompiler(): Compiler {
  const folder = mkdtempSync(join(tmpdir(), 'compiled-'));
  let outputs = 0;
  afterAll(() => rmSync(folder, { recursive: true }));
  const tsc = (...args: string[]) => run(process.execPath, [COMPILER, ...args, ...COMMON], { cwd: folder });
  return {
    async load<Module>(file: string, ...options: string[]) {
      const outDir = join(folder, `out${(outputs += 1)}`);
      await tsc(file, '--noCheck', '--noResolve', '--outDir', outDir, ...options);
      return (await import(pathToFileURL(join(outDir, basename(file).replace(/\.ts$/, '.js'))).href)) as Module;
    },
    async write(name, text) {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    },
    async complaints(file, ...options) {
      const checks = [
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        '--allowImportingTsExtensions',
        '--noUncheckedIndexedAccess',
      ];
      const types = ['--types', 'node', '--typeRoots', join(import.meta.dirname, '../../node_modules/@types')];
      const answer = tsc(file, ...checks, ...types, '--lib', 'es2023,es2024.string', ...options);
      return answer.then(
        ({ stdout }) => stdout,
        (error: { stdout: string }) => error.stdout,
      );
    },
  };
}
