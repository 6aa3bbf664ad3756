import type { Changes, State } from './protocol.ts';

interface Operation {
  readonly what: string;
  /** What the keys could be before it began. */
  readonly before: ReadonlyMap<string, readonly State[]>;
}

const NOTHING: readonly State[] = [null];

/**
 * What one writer was promised. A key may be in the state that was last acknowledged, or in one that an operation under way
 * when the writer died would have brought it into.
 */
export class Ledger {
  /** Operations that were acknowledged. */
  acknowledged = 0;
  /** Operations whose writer died before it could acknowledge them. */
  unanswered = 0;
  readonly #possible = new Map<string, readonly State[]>();
  readonly #underWay = new Map<number, Operation>();
  readonly #doubts = new Map<string, string>();
  readonly #mayVanish: (key: string) => boolean;

  /** @param mayVanish keys that may be gone although nobody removed them: expired, or evicted */
  constructor(mayVanish: (key: string) => boolean = () => false) {
    this.#mayVanish = mayVanish;
  }

  begin(id: number, what: string, changes: Changes): void {
    const before = new Map(Object.keys(changes).map((key) => [key, this.#stateOf(key)]));
    this.#underWay.set(id, { what, before });
    for (const [key, states] of Object.entries(changes)) this.#possible.set(key, [...this.#stateOf(key), ...states]);
  }

  end(id: number, changes: Changes): void {
    const operation = this.#underWay.get(id);
    if (operation === undefined) throw new Error(`Operation ${id} ends without having begun.`);
    for (const [key, states] of operation.before) this.#possible.set(key, changes[key] ?? states);
    this.#underWay.delete(id);
    this.acknowledged += 1;
  }

  /** The writer is dead: what was under way may have happened or not. */
  died(): void {
    for (const { what, before } of this.#underWay.values()) {
      for (const key of before.keys()) this.#doubts.set(key, what);
    }
    this.unanswered += this.#underWay.size;
    this.#underWay.clear();
  }

  /** Compares with what was found, and says what is wrong. From now on what was found is what must be there. */
  compare(found: Readonly<Record<string, State>>): string[] {
    const wrong: string[] = [];
    for (const key of new Set([...this.#possible.keys(), ...Object.keys(found)])) {
      const state = found[key] ?? null;
      const possible = this.#stateOf(key);
      const isRight = possible.includes(state) || (state === null && this.#mayVanish(key));
      if (!isRight) wrong.push(`${key} is ${show([state])}, must be ${show(possible)}${this.#doubt(key)}`);
      this.#possible.set(key, [state]);
    }
    this.#doubts.clear();
    return wrong;
  }

  #stateOf(key: string): readonly State[] {
    return this.#possible.get(key) ?? NOTHING;
  }

  #doubt(key: string): string {
    const what = this.#doubts.get(key);
    return what === undefined ? '' : ` (killed during ${what})`;
  }
}

function show(states: readonly State[]): string {
  return [...new Set(states)].map((state) => (state === null ? 'absent' : String(state))).join(' or ');
}
