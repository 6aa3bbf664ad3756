/** The id of a write: the same whenever it is tried, and greater, as a text, than those of earlier writes of its journal. */
export function writeId(journal: string, sequence: number): string {
  return `${journal}-${String(sequence).padStart(16, '0')}`;
}
