import { ageOf, type Entry } from '../entry.ts';
import type { StoredResponse } from '../http/records.ts';

/** The head of an answer in which only `Age` and `Cache-Status` change from one time to the next. */
export class AnswerTemplate {
  readonly status: number;
  /** Reused for each answer: Node reads it at once. */
  readonly #fields: string[];
  readonly #ageIndex: number;
  readonly #statusIndex: number;
  /** What stands before the parameters that change. */
  readonly #statusPrefix: string;
  #age = -1;
  #ttl = Number.NaN;

  private constructor(status: number, fields: string[], ageIndex: number, statusIndex: number, statusPrefix: string) {
    this.status = status;
    this.#fields = fields;
    this.#ageIndex = ageIndex;
    this.#statusIndex = statusIndex;
    this.#statusPrefix = statusPrefix;
  }

  /**
   * A template from the fields of an answer. `undefined` if there can be none, because it sets a cookie or tells times.
   *
   * @param status parameters with which `Cache-Status` ends
   */
  static of(code: number, fields: readonly string[], status: string): AnswerTemplate | undefined {
    const names = fields.map((text, index) => (index % 2 === 0 ? text.toLowerCase() : ''));
    const ageIndex = names.lastIndexOf('age') + 1;
    const statusIndex = names.lastIndexOf('cache-status') + 1;
    const said = fields[statusIndex] ?? '';
    if (ageIndex === 0 || statusIndex === 0 || !said.endsWith(status) || !/^hit; ttl=\d+$/.test(status))
      return undefined;
    if (names.includes('set-cookie') || names.includes('server-timing')) return undefined;
    const prefix = `${said.slice(0, -status.length)}hit; ttl=`;
    return new AnswerTemplate(code, [...fields], ageIndex, statusIndex, prefix);
  }

  /** What is the same in each answer. */
  get constant(): readonly string[] {
    return this.#fields.map((text, index) =>
      index === this.#ageIndex ? '' : index === this.#statusIndex ? this.#statusPrefix : text,
    );
  }

  /** The fields of an answer that is given now. */
  fields(entry: Entry<StoredResponse>, now: number): string[] {
    const age = Math.floor((entry.value.initialAge + ageOf(entry, now)) / 1000);
    if (age !== this.#age) {
      this.#age = age;
      this.#fields[this.#ageIndex] = String(age);
    }
    const ttl = Math.floor((entry.staleAt - now) / 1000);
    if (ttl !== this.#ttl) {
      this.#ttl = ttl;
      this.#fields[this.#statusIndex] = this.#statusPrefix + String(ttl);
    }
    return this.#fields;
  }
}

/** Whether two answers differ in nothing but `Age` and the rest of their lifetime. */
export function sameTemplate(a: AnswerTemplate, b: AnswerTemplate): boolean {
  const [one, other] = [a.constant, b.constant];
  return a.status === b.status && one.length === other.length && one.every((text, index) => text === other[index]);
}
