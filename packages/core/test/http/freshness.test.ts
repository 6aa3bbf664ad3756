import { describe, expect, it } from 'vitest';
import { explicitLifetime, heuristicLifetime, initialAge } from '../../src/http/freshness.ts';
import { responseDirectives } from '../../src/http/response-directives.ts';
import { at, NOW } from './support/rules.ts';

describe('the freshness lifetime that a response gives itself', () => {
  it.each<[string, string[], number | undefined]>([
    ['s-maxage before max-age', ['Cache-Control', 'max-age=60, s-maxage=10'], 10],
    ['s-maxage before max-age, even if it cannot be read', ['Cache-Control', 'max-age=60, s-maxage=x'], 0],
    ['max-age before Expires', ['Expires', at(90), 'Cache-Control', 'max-age=60'], 60],
    ['max-age on two lines, the smaller one', ['Cache-Control', 'max-age=60', 'cache-control', 'max-age=50'], 50],
    ['Expires from Date', ['Expires', at(90), 'Date', at(30)], 60],
    ['Expires from now without Date', ['Expires', at(90)], 90],
    ['Expires from now with a broken Date', ['Expires', at(90), 'Date', 'today'], 90],
    ['Expires in the past as 0', ['Expires', at(-1)], 0],
    ['Expires: 0 as 0', ['Expires', '0'], 0],
    ['an empty Expires as 0', ['Expires', ''], 0],
    ['a broken Expires as 0', ['Expires', 'Thu, 01-Jan-26 00:10:00 GMT'], 0],
    ['an Expires in another zone as 0', ['Expires', 'Thu, 01 Jan 2026 01:00:00 CET'], 0],
    ['an Expires of the old form', ['Expires', 'Thursday, 01-Jan-26 00:01:00 GMT'], 60],
    ['two equal Expires as one', ['Expires', at(60), 'Expires', at(60)], 60],
    ['two different Expires as 0', ['Expires', at(60), 'Expires', at(90)], 0],
    ['nothing as nothing', ['Content-Type', 'text/plain'], undefined],
    ['public as nothing', ['Cache-Control', 'public'], undefined],
  ])('takes %s', (_what, headers, seconds) => {
    expect(explicitLifetime(headers, responseDirectives(headers), NOW)).toBe(seconds);
  });

  it('is in the targeted field alone where that rules', () => {
    const lifetime = (targeted: string): number | undefined => {
      const headers = ['CDN-Cache-Control', targeted, 'Cache-Control', 'max-age=60', 'Expires', at(90)];
      return explicitLifetime(headers, responseDirectives(headers, ['cdn-cache-control']), NOW);
    };
    expect(lifetime('max-age=10')).toBe(10);
    expect(lifetime('public')).toBeUndefined();
    expect(lifetime('max-age=10,')).toBe(60);
  });
});

describe('the heuristic lifetime', () => {
  it.each<[string, string[], number | undefined]>([
    ['a tenth of the time since the last change', ['Last-Modified', at(-1000)], 100],
    ['that before Date, not before now', ['Last-Modified', at(-1000), 'Date', at(-500)], 50],
    ['whole seconds', ['Last-Modified', at(-19)], 1],
    ['at most a day', ['Last-Modified', at(-1e8)], 86_400],
    ['nothing without a date of change', [], undefined],
    ['nothing for a broken one', ['Last-Modified', 'yesterday'], undefined],
    ['nothing for a change that is still to come', ['Last-Modified', at(1)], undefined],
    ['nothing for a change just now', ['Last-Modified', at(0)], undefined],
  ])('is %s', (_what, headers, seconds) => {
    expect(heuristicLifetime(headers, NOW)).toBe(seconds);
  });
});

describe('the age of a response that has just come', () => {
  it.each<[string[], number]>([
    [['Age', '20'], 20],
    [['Age', ' 20 '], 20],
    [['Age', '20', 'Age', '30'], 20],
    [['Age', '20, 30'], 20],
    [['Age', 'x, 30'], 0],
    [['Age', '-1'], 0],
    [['Age', '1.5'], 0],
    [['Age', 'old'], 0],
    [['Age', ''], 0],
    [['Age', '99999999999'], 2 ** 31],
    [['Date', at(-10)], 10],
    [['Date', at(10)], 0],
    [['Date', 'yesterday'], 0],
    [['Date', at(-10), 'Age', '5'], 10],
    [['Date', at(-5), 'Age', '10'], 10],
    [[], 0],
  ])('is read from %j as %i seconds', (headers, seconds) => {
    expect(initialAge(headers, NOW, NOW)).toBe(seconds * 1000);
  });

  it('has the time that the response took on top of Age, and not of Date', () => {
    expect(initialAge([], NOW - 3000, NOW)).toBe(3000);
    expect(initialAge(['Age', '20'], NOW - 3000, NOW)).toBe(23_000);
    expect(initialAge(['Date', at(-20)], NOW - 3000, NOW)).toBe(20_000);
  });

  it('is not made negative or larger by a clock that was set back', () => {
    expect(initialAge(['Age', '20'], NOW + 5000, NOW)).toBe(20_000);
  });

  it('does not count a Date that is cut to whole seconds', () => {
    expect(initialAge(['Date', at(0)], NOW + 999, NOW + 999)).toBe(0);
    expect(initialAge(['Date', at(0)], NOW + 1000, NOW + 1000)).toBe(1000);
  });
});
