/** Something the person who starts the gateway can put right; the message says how. */
export class StartError extends Error {
  override name = 'StartError';
}
