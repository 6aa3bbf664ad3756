import { isWrong, type Measurement, type Outcome, type Wrong } from './outcome.ts';

/** The rounds of one contender, or why it has none. */
export type Rounds = readonly Measurement[] | Wrong;

/**
 * Measures all contenders once in each round, so that a slow minute of the machine is shared by all. Every
 * round begins with another contender. One that is wrong is not asked again.
 */
export async function interleave(
  contenders: readonly string[],
  rounds: number,
  measure: (contender: string, round: number) => Promise<Outcome>,
): Promise<Map<string, Rounds>> {
  const found = new Map<string, Measurement[]>(contenders.map((contender) => [contender, []]));
  const refused = new Map<string, Wrong>();
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < contenders.length; place++) {
      const contender = contenders[(place + round) % contenders.length] ?? '';
      if (refused.has(contender)) continue;
      const outcome = await measure(contender, round);
      if (isWrong(outcome)) refused.set(contender, outcome);
      else found.get(contender)?.push(outcome);
    }
  }
  return new Map(contenders.map((contender) => [contender, refused.get(contender) ?? found.get(contender) ?? []]));
}
