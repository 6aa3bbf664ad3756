import type { Codec } from '../../../codecs/codec.ts';
import type { PendingWrite, WriteKind } from '../journal.ts';
import { writeId } from '../write-id.ts';

/** What stands before key and value in a record (see `scripts.ts`). */
const HEADER = /^(\d+) (\d+) (\d+) (\d+) (\d+) (save|remove) (\d+)$/;

/**
 * The write in a record.
 *
 * @param ahead milliseconds by which the clock here is ahead of the server's
 * @throws for what is no record, and what the codec cannot read
 */
export function readRecord(name: string, record: Buffer, identity: string, ahead: number, codec: Codec): PendingWrite {
  const end = record.indexOf(0x0a);
  const header = HEADER.exec(record.toString('latin1', 0, Math.max(end, 0)));
  if (header === null) throw new Error(`The journal has something under ${name} that it has not written.`);
  const [sequence = 0, accepted = 0, waiting = 0, attempts = 0, alone = 0] = header.slice(1, 6).map(Number);
  const kind = header[6] as WriteKind;
  const valueAt = end + 1 + Number(header[7]);
  return {
    name,
    kind,
    key: codec.decode(record.subarray(end + 1, valueAt), name),
    value: kind === 'save' ? codec.decode(record.subarray(valueAt), name) : undefined,
    copyOnRead: true,
    sequence,
    id: writeId(identity, sequence),
    acceptedAt: accepted + ahead,
    waitingSince: waiting + ahead,
    attempts,
    alone: alone === 1,
  };
}

/** Whether an entry of a stream comes after another. */
export function isAfter(entry: string, other: string): boolean {
  const [time = 0, number = 0] = entry.split('-').map(Number);
  const [otherTime = 0, otherNumber = 0] = other.split('-').map(Number);
  return time === otherTime ? number > otherNumber : time > otherTime;
}
