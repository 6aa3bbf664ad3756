import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const childModule = join(import.meta.dirname, '../steps/child.mjs');

test.concurrent.each([
  ['SIGINT', 'an obedient command', 'sleep 60 & echo started; wait', 130],
  ['SIGTERM', 'an obedient command', 'sleep 60 & echo started; wait', 143],
  ['SIGTERM', 'a command that ignores it', 'trap "" TERM; sleep 60 & echo started; wait', 143],
] as const)(
  'a %s ends %s and what it started',
  async (signal, _title, command, exitCode) => {
    const script = `
    import { runChild } from ${JSON.stringify(childModule)};
    await runChild('sh', ['-c', ${JSON.stringify(command)}], { stdio: ['ignore', 'inherit', 'inherit'] });
  `;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(parent.stdout, 'data');

    parent.kill(signal);
    // 'close' comes only when nobody holds the other end of the pipe any more: sh and sleep are gone.
    const [code] = (await once(parent, 'close')) as [number];
    expect(code).toBe(exitCode);
  },
  20_000,
);

test('the exit code of a command is handed on', async () => {
  const script = `import { runChild } from ${JSON.stringify(childModule)}; process.exit(await runChild('sh', ['-c', 'exit 7']));`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
  expect(await once(parent, 'exit')).toEqual([7, null]);
});
