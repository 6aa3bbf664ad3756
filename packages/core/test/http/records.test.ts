import { describe, expect, it } from 'vitest';
import { isHttpRecord } from '../../src/http/records.ts';
import { stored } from './support/stored.ts';

describe('what a backend returned is a record', () => {
  it.each([
    stored(),
    { kind: 'pass' },
    { kind: 'search', rule: 'params' },
    { kind: 'variants', names: ['accept'], variants: [] },
  ])('if it is %j', (record) => {
    expect(isHttpRecord(record)).toBe(true);
  });

  it.each([
    undefined,
    null,
    'pass',
    7,
    [],
    {},
    { kind: 'other' },
    { kind: 'search' },
    { kind: 'search', rule: 1 },
    { kind: 'variants', names: ['accept'] },
    { kind: 'variants', names: 'accept', variants: [] },
    { kind: 'variants', names: [1], variants: [] },
  ])('not if it is %j', (record) => {
    expect(isHttpRecord(record)).toBe(false);
  });

  it.each(['status', 'headers', 'removed', 'body', 'initialAge', 'stale'] as const)('not without %s', (name) => {
    const { [name]: _left, ...rest } = stored();
    expect(isHttpRecord(rest)).toBe(false);
    expect(isHttpRecord({ ...rest, [name]: null })).toBe(false);
    expect(isHttpRecord({ ...rest, [name]: 'text' })).toBe(false);
  });
});
