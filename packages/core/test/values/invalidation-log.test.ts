import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidationLog } from '../../src/invalidation/log.ts';

describe('the invalidation log', () => {
  it('knows which names changed after a position', () => {
    const log = new InvalidationLog();
    log.append(['a']);
    const position = log.head;
    log.append(['b', 'c']);
    expect(log.changedSince(['a'], position)).toBe(false);
    expect(log.changedSince(['a', 'c'], position)).toBe(true);
    expect(log.changedSince([], position)).toBe(false);
    expect(log.changedSince(['b'], log.head)).toBe(false);
  });

  it('has a head that only grows', () => {
    const log = new InvalidationLog();
    const heads = ['a', 'b', 'a'].map((name) => {
      log.append([name]);
      return log.head;
    });
    expect(heads).toEqual([...heads].sort((a, b) => a - b));
    expect(new Set(heads).size).toBe(3);
  });

  it('forgets the oldest names beyond its bound, and then calls everything older changed', () => {
    const log = new InvalidationLog(2);
    const before = log.head;
    log.append(['a']);
    log.append(['b']);
    const between = log.head;
    expect(log.changedSince(['never'], before)).toBe(false);
    log.append(['c']);
    expect(log.changedSince(['a'], before)).toBe(true);
    expect(log.changedSince(['never'], before)).toBe(true);
    expect(log.changedSince(['never', 'a', 'b'], between)).toBe(false);
  });

  it('keeps a name that is invalidated again and again, whatever else it forgets', () => {
    const log = new InvalidationLog(2);
    log.append(['hot']);
    log.append(['a']);
    log.append(['hot']);
    const position = log.head;
    log.append(['b']);
    expect(log.changedSince(['hot'], position)).toBe(false);
    expect(log.changedSince(['hot'], position - 1)).toBe(true);
  });

  it('takes more names at once than it can remember', () => {
    const log = new InvalidationLog(2);
    const before = log.head;
    log.append(['a', 'b', 'c', 'd']);
    for (const name of ['a', 'b', 'c', 'd', 'never']) expect(log.changedSince([name], before)).toBe(true);
    expect(log.changedSince(['a', 'd', 'never'], log.head)).toBe(false);
  });

  it('with a small bound never calls a changed name unchanged, and is exact while it remembers', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const appends = fc.array(fc.array(name, { maxLength: 3 }), { maxLength: 30, size: 'max' });
    fc.assert(
      fc.property(appends, fc.integer({ min: 1, max: 8 }), (rounds, maxNames) => {
        const log = new InvalidationLog(maxNames);
        const history: { position: number; names: string[] }[] = [];
        for (const names of rounds) {
          log.append(names);
          history.push({ position: log.head, names });
        }
        for (const each of ['a', 'b', 'c', 'd', 'e', 'f']) {
          for (const { position } of history) {
            const changed = history.some((later) => later.position > position && later.names.includes(each));
            const answers = changed ? [true] : maxNames >= 6 ? [false] : [true, false];
            expect(answers).toContain(log.changedSince([each], position));
          }
        }
      }),
    );
  });
});

describe('a relay to another log', () => {
  it('passes on what is invalidated from then on, under a name of its own', () => {
    const inner = new InvalidationLog();
    const outer = new InvalidationLog();
    inner.relayTo(outer);
    const position = outer.head;
    inner.append(['a']);
    expect(outer.changedSince([inner.nameIn(outer, 'a')], position)).toBe(true);
    expect(outer.changedSince(['a', inner.nameIn(outer, 'b')], position)).toBe(false);
  });

  it('is one relay, however often it is asked for', () => {
    const inner = new InvalidationLog();
    const outer = new InvalidationLog();
    inner.relayTo(outer);
    inner.relayTo(outer);
    const head = outer.head;
    inner.append(['a']);
    expect(outer.head).toBe(head + 1);
  });

  it('tells two logs with the same names apart', () => {
    const [one, two, outer] = [new InvalidationLog(), new InvalidationLog(), new InvalidationLog()];
    expect(one.nameIn(outer, 'a')).not.toBe(two.nameIn(outer, 'a'));
  });

  it('keeps the name of a third log as it is, and gives a name back its own form at home', () => {
    const [one, two, outer] = [new InvalidationLog(), new InvalidationLog(), new InvalidationLog()];
    const name = one.nameIn(two, 'a');
    expect(two.nameIn(outer, name)).toBe(name);
    expect(two.nameIn(one, name)).toBe('a');
  });

  it('ends in a ring of logs', () => {
    const logs = [new InvalidationLog(), new InvalidationLog(), new InvalidationLog()];
    for (const from of logs) for (const to of logs) if (from !== to) from.relayTo(to);
    logs[0]?.append(['a']);
    expect(logs.map((log) => log.head > 0)).toEqual([true, true, true]);
  });

  it('fills the other log no further than its bound', () => {
    const inner = new InvalidationLog();
    const outer = new InvalidationLog(3);
    inner.relayTo(outer);
    for (let index = 0; index < 100; index += 1) inner.append([`name ${index}`]);
    expect(outer.changedSince([inner.nameIn(outer, 'name 0')], 0)).toBe(true);
    expect(outer.changedSince([inner.nameIn(outer, 'name 0')], outer.head - 1)).toBe(false);
  });
});
