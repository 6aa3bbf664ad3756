import type { Save, Source, WriteFailure } from '../../../src/strategies/index.ts';

/** One call of a source that writes. */
export interface Call {
  readonly name: 'save' | 'saveMany' | 'remove' | 'removeMany';
  readonly keys: readonly number[];
}

/** A database in memory that notes what it is told and refuses what it is told to refuse. */
export class RecordingSource {
  readonly rows = new Map<number, string>();
  readonly calls: Call[] = [];
  /** Every write that was done, in order. */
  readonly done: { readonly key: number; readonly value: string | undefined; readonly id: string }[] = [];
  readonly attempts: { readonly key: number; readonly id: string; readonly attempt: number }[] = [];
  readonly loads: number[] = [];
  /** Keys whose writes throw. */
  readonly poison = new Set<number>();
  isDown = false;

  /** @param many whether it takes several at once, and how it tells of those that it does not take */
  source(many: 'none' | 'throws' | 'returns' = 'none'): Source<number, string> {
    const saveMany = (saves: readonly Save<number, string>[]): readonly WriteFailure<number>[] => {
      this.calls.push({ name: 'saveMany', keys: saves.map(({ key }) => key) });
      this.#note(saves);
      if (this.isDown) throw new Error('down');
      const bad = saves.filter(({ key }) => this.poison.has(key));
      if (many === 'throws' && bad.length > 0) throw new Error('one of them is poison');
      for (const save of saves) if (!this.poison.has(save.key)) this.#do(save.key, save.value, save.id);
      return bad.map(({ key }) => ({ key, error: new Error(`poison ${key}`) }));
    };
    return {
      load: (key) => {
        this.loads.push(key);
        return this.rows.get(key);
      },
      save: (key, value, { id, attempt }) => {
        this.calls.push({ name: 'save', keys: [key] });
        this.#note([{ key, id, attempt }]);
        this.#refuse(key);
        this.#do(key, value, id);
      },
      remove: (key, { id, attempt }) => {
        this.calls.push({ name: 'remove', keys: [key] });
        this.#note([{ key, id, attempt }]);
        this.#refuse(key);
        this.#do(key, undefined, id);
      },
      ...(many !== 'none' && { saveMany }),
    };
  }

  #note(writes: readonly { readonly key: number; readonly id: string; readonly attempt: number }[]): void {
    this.attempts.push(...writes.map(({ key, id, attempt }) => ({ key, id, attempt })));
  }

  #refuse(key: number): void {
    if (this.isDown) throw new Error('down');
    if (this.poison.has(key)) throw new Error(`poison ${key}`);
  }

  #do(key: number, value: string | undefined, id: string): void {
    this.done.push({ key, value, id });
    if (value === undefined) this.rows.delete(key);
    else this.rows.set(key, value);
  }
}
