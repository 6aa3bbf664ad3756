import { headerOf } from '../http/headers.ts';
import type { NoteHead } from '../http/hit-learner.ts';
import type { StoredResponse } from '../http/records.ts';

/** Passes a head on only if it is still that of the stored body, which middleware above the cache may have replaced or coded. */
export function unlessChanged({ status, headers, body }: StoredResponse, note: NoteHead): NoteHead {
  return (sentStatus, fields) => {
    const isSame = (name: string): boolean => headerOf(fields, name) === headerOf(headers, name);
    const isWhole = sentStatus === status && isSame('content-type') && hasLength(fields, body.byteLength);
    if ((isWhole || sentStatus === 304) && isSame('etag') && isCodedAs(fields, headers, sentStatus))
      note(sentStatus, fields);
  };
}

function hasLength(fields: readonly string[], length: number): boolean {
  return headerOf(fields, 'content-length') === String(length);
}

/** A 304 says nothing of codings. */
function isCodedAs(sent: readonly string[], stored: readonly string[], status: number): boolean {
  const coding = headerOf(sent, 'content-encoding');
  return coding === (status === 304 ? undefined : headerOf(stored, 'content-encoding'));
}
