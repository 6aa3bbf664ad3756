import { readOptions } from './options.ts';
import { start } from './start.ts';
import { StartError } from './start-error.ts';

try {
  const gateway = await start(readOptions(process.argv.slice(2)), (line) => console.log(line));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // A second signal ends the process as it would any other.
    process.once(signal, () => {
      gateway.stop().then(() => process.exit(0), fail);
    });
  }
} catch (error) {
  fail(error);
}

function fail(error: unknown): never {
  console.error(error instanceof StartError ? error.message : error);
  process.exit(1);
}
