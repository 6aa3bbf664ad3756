/** Something the person who starts the atlas can put right; the message says how. */
export class StartError extends Error {
  override name = 'StartError';
}
