/** The seconds of a duration as the setups write it: `'60s'` or 0. */
export function toSeconds(duration: string | number | undefined): number {
  return duration === undefined ? 0 : Number.parseInt(String(duration), 10);
}
