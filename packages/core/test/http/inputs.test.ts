import { describe, expect, it } from 'vitest';
import { HIDDEN_FROM_HANDLER, judgeInputs } from '../../src/http/inputs.ts';

const judge = (read: string[], covered: string[] = []) => judgeInputs(read, new Set(covered));

describe('what a handler read', () => {
  it('makes a variant for each value of a field that has few', () => {
    expect(judge(['save-data', 'accept-language', 'accept'])).toEqual({
      vary: ['accept', 'accept-language', 'save-data'],
      uncovered: undefined,
    });
  });

  it.each([
    'user-agent',
    'x-api-key',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-for',
    'forwarded',
    'origin',
    'referer',
    'proxy-authorization',
    'x-csrf-token',
    'content-type',
    'connection',
    'upgrade',
    'expect',
    'te',
    '*',
    '',
    '__proto__',
    'constructor',
  ])('forbids to store where the key does not hold it: %s', (name) => {
    expect(judge(['host', name])).toEqual({ vary: [], uncovered: name });
    expect(judge([name], [name])).toEqual({ vary: [], uncovered: undefined });
  });

  it('names the first field that the key does not hold', () => {
    expect(judge(['accept', 'x-b', 'x-a']).uncovered).toBe('x-b');
  });

  it('does not count where the key holds it or the handler cannot see it', () => {
    expect(judge(['host', 'cookie', 'authorization', 'content-length', ...HIDDEN_FROM_HANDLER])).toEqual({
      vary: [],
      uncovered: undefined,
    });
  });

  it('does not take a list of all fields for covered by some', () => {
    expect(judge(['*'], ['x-a', 'x-b']).uncovered).toBe('*');
  });
});
