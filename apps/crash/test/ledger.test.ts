import { describe, expect, it } from 'vitest';
import { Ledger } from '../src/ledger.ts';

describe('a ledger', () => {
  it('wants what was acknowledged, and nothing else', () => {
    const ledger = new Ledger();
    ledger.begin(1, 'set', { a: [1] });
    ledger.end(1, { a: [1] });
    expect(ledger.compare({ a: 1, b: null })).toEqual([]);
    expect(ledger.compare({ a: 2 })).toEqual(['a is 2, must be 1']);
    expect(ledger.acknowledged).toBe(1);
  });

  it('misses what is gone, and finds what should be gone', () => {
    const ledger = new Ledger();
    ledger.begin(1, 'set', { a: [1] });
    ledger.end(1, { a: [1] });
    expect(ledger.compare({})).toEqual(['a is absent, must be 1']);
    expect(ledger.compare({ b: 7 })).toEqual(['b is 7, must be absent']);
  });

  it('accepts both outcomes of what was under way at the kill, and no third one', () => {
    for (const [found, wrong] of [
      [1, []],
      [2, []],
      [3, ['a is 3, must be 1 or 2 (killed during set)']],
      [null, ['a is absent, must be 1 or 2 (killed during set)']],
    ] as const) {
      const ledger = new Ledger();
      ledger.begin(1, 'add', { a: [1] });
      ledger.end(1, { a: [1] });
      ledger.begin(2, 'set', { a: [2] });
      ledger.died();
      expect(ledger.unanswered).toBe(1);
      expect(ledger.compare({ a: found })).toEqual(wrong);
    }
  });

  it('knows after a look which of the outcomes it was', () => {
    const ledger = new Ledger();
    ledger.begin(1, 'set', { a: [1] });
    ledger.died();
    expect(ledger.compare({ a: null })).toEqual([]);
    expect(ledger.compare({ a: 1 })).toEqual(['a is 1, must be absent']);
  });

  it('takes a key that an operation turned out not to touch for unchanged', () => {
    const ledger = new Ledger();
    ledger.begin(1, 'set', { a: [1] });
    ledger.end(1, { a: [1] });
    ledger.begin(2, 'add', { a: [2] });
    ledger.end(2, {});
    expect(ledger.compare({ a: 2 })).toEqual(['a is 2, must be 1']);
  });

  it('lets keys vanish that may, but not change', () => {
    const ledger = new Ledger((key) => key === 'brief');
    ledger.begin(1, 'set', { brief: [1] });
    ledger.end(1, { brief: [1] });
    expect(ledger.compare({ brief: 1 })).toEqual([]);
    expect(ledger.compare({ brief: 2 })).toEqual(['brief is 2, must be 1']);
    expect(ledger.compare({})).toEqual([]);
  });
});
