import { writeSync } from 'node:fs';
import type { Line } from './protocol.ts';

/** The pipe to the process that started this one. */
const PIPE = 3;

/** Tells a line; when this returns, it is out of this process. */
export function tell(line: Line): void {
  let rest = Buffer.from(`${JSON.stringify(line)}\n`);
  while (rest.length > 0) rest = rest.subarray(write(rest));
}

function write(bytes: Buffer): number {
  try {
    return writeSync(PIPE, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    return 0;
  }
}
