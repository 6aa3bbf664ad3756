import type { NoteHead } from '@cache/core/fetch';
import type { OutgoingFacts } from './facts.ts';

/** Notes the head that `@hono/node-server` sends: a status, and fields as an object. */
export function noteHead(outgoing: OutgoingFacts, note: NoteHead): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with its response below
  const { writeHead } = outgoing;
  outgoing.writeHead = (status, ...rest) => {
    outgoing.writeHead = writeHead;
    const fields = rest.at(-1);
    if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) note(status, flat(fields));
    return Reflect.apply(writeHead, outgoing, [status, ...rest]);
  };
}

function flat(fields: object): string[] {
  return Object.entries(fields).flatMap(([name, value]: [string, unknown]) =>
    [value].flat().flatMap((line) => [name, String(line)]),
  );
}
