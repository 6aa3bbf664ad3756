import { expect, test } from 'vitest';
import { createVisitor, readVisitor, visitorCookie } from '../../src/site/visitor.ts';

test('a visitor is known again by the cookie', () => {
  const visitor = createVisitor();
  expect(createVisitor()).not.toBe(visitor);
  expect(readVisitor(visitorCookie(visitor).split(';')[0])).toBe(visitor);
  expect(readVisitor(`theme=dark; visitor=${visitor}; visitors=3`)).toBe(visitor);
});

test('scripts and other sites do not get the cookie', () => {
  expect(visitorCookie('x')).toMatch(/^visitor=x; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
});

test.each([
  undefined,
  '',
  'visitor=',
  'visitor=short',
  'visitor',
  'xvisitor=abcdefghijklmnopqrstuv',
  `visitor=${'<'.repeat(22)}`,
])('%j names nobody', (header) => {
  expect(readVisitor(header)).toBeUndefined();
});
