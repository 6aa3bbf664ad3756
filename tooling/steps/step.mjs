import { runChild } from './child.mjs';

const HEARTBEAT_MS = 10_000;

/** A step that ended badly; the reader has already been shown what the tool printed. */
export class StepFailure extends Error {}

/** Prints `title ... 1.2 s` around a piece of work, with the time so far in between when it takes long. */
export async function step(title, work, out = process.stdout) {
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
  out.write(`${title} ... `);
  const heartbeat = setInterval(() => out.write(`${seconds()} ... `), HEARTBEAT_MS);
  try {
    const result = await work();
    out.write(`${result?.note ?? seconds()}\n`);
    return result;
  } catch (error) {
    out.write(`failed after ${seconds()}\n`);
    throw error;
  } finally {
    clearInterval(heartbeat);
  }
}

/** A step that is one command. What the command prints is held back and shown only if it fails. */
export async function commandStep(title, command, args, { out = process.stdout, ...options } = {}) {
  const printed = [];
  const keep = (child) => {
    child.stdout.on('data', (chunk) => printed.push(chunk));
    child.stderr.on('data', (chunk) => printed.push(chunk));
  };
  const work = async () => {
    const code = await runChild(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], onStart: keep });
    if (code !== 0) throw new StepFailure(`"${command} ${args.join(' ')}" ended with exit code ${code}`);
  };
  try {
    await step(title, work, out);
  } catch (error) {
    out.write(Buffer.concat(printed));
    throw error;
  }
}

/** Runs the body of a script, which may return an exit code. A failed step prints one line instead of a stack. */
export async function runScript(body) {
  try {
    const code = await body();
    if (code !== undefined) process.exitCode = code;
  } catch (error) {
    process.exitCode = 1;
    console.error(error instanceof StepFailure ? error.message : error);
  }
}
