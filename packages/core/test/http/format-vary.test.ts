import { expect, it } from 'vitest';
import { formatVary } from '../../src/index.ts';

it('adds names of request fields, each once, in whatever case', () => {
  expect(formatVary('', ['Accept'])).toBe('Accept');
  expect(formatVary('Accept,  origin', ['X-Currency', 'Origin', 'x-currency'])).toBe('Accept, origin, X-Currency');
});

it.each([[[]], [['']], [['*']], [['a b']], [['a,b']], [[undefined]], [[['Accept']]]])('refuses %j', (fields) => {
  expect(() => formatVary('', fields as string[])).toThrow(
    expect.objectContaining({ code: 'ERR_CACHE_OPTION', option: 'fields' }),
  );
});
