import { expect, test } from 'vitest';
import type { Outcome } from '../src/measure/outcome.ts';
import { interleave, type Rounds } from '../src/measure/rounds.ts';
import { toRows } from '../src/report/row.ts';
import { toTable } from '../src/report/table.ts';

const speed = (opsPerSecond: number): Outcome => ({ opsPerSecond, p50Ms: 1000 / opsPerSecond, p99Ms: 1 });

test('every round measures all, each beginning with another', async () => {
  const order: string[] = [];
  await interleave(['a', 'b', 'c'], 3, async (contender, round) => {
    order.push(`${round}${contender}`);
    return speed(1);
  });
  expect(order.join(' ')).toBe('0a 0b 0c 1b 1c 1a 2c 2a 2b');
});

test('a wrong contender is reported, not timed, and not asked again', async () => {
  const asked: string[] = [];
  const results = await interleave(['floor', 'liar'], 3, async (contender) => {
    asked.push(contender);
    return contender === 'liar' ? { wrong: 'it lied' } : speed(100);
  });
  expect(asked.filter((contender) => contender === 'liar')).toHaveLength(1);

  const rows = toRows('lying', results);
  expect(rows[1]).toEqual({
    scenario: 'lying',
    contender: 'liar',
    opsPerSecond: null,
    ratioToFloor: null,
    p50Ms: null,
    p99Ms: null,
    wrong: 'it lied',
  });
  expect(toTable(rows)).toContain('wrong: it lied');
});

test('a ratio compares with the floor of the same round, so a slow minute does not count', async () => {
  const speeds: Record<string, number[]> = { floor: [1000, 100, 1000], half: [500, 50, 480] };
  const results = await interleave(['floor', 'half'], 3, async (contender, round) =>
    speed(speeds[contender]?.[round] ?? 0),
  );
  const half = toRows('s', results).find(({ contender }) => contender === 'half');
  expect(half).toMatchObject({ opsPerSecond: 480, ratioToFloor: 0.5 });
});

test('rows are sorted by speed; without a floor there is no ratio', () => {
  const rows = toRows(
    's',
    new Map([
      ['slow', [{ opsPerSecond: 1, p50Ms: 1, p99Ms: 1 }]],
      ['fast', [{ opsPerSecond: 2, p50Ms: 1, p99Ms: 1, loads: 3 }]],
    ]),
  );
  expect(rows.map(({ contender }) => contender)).toEqual(['fast', 'slow']);
  expect(rows[0]).toMatchObject({ ratioToFloor: null, loads: 3 });
});

test('one that has a peer is compared with the same round of it, by rate and by time on the core', () => {
  const round = (opsPerSecond: number, cpuMs: number) => ({ opsPerSecond, cpuMs, p50Ms: 1, p99Ms: 1 });
  const results = new Map([
    ['ours', [round(200, 2), round(30, 3), round(220, 2)]],
    ['theirs', [round(100, 4), round(15, 6), round(100, 4)]],
  ]);
  const rows = toRows('s', results, new Map([['ours', 'theirs']]));
  expect(rows[0]).toMatchObject({ contender: 'ours', peer: 'theirs', ratioToPeer: 2, cpuOfPeer: 0.5 });
  expect(rows[1]).not.toHaveProperty('peer');
  expect(toTable(rows)).toMatch(/of peer .*of peer's cpu +peer\n/);
});

test('a wrong peer, or one that was not asked for, is compared with nobody', () => {
  const ours: readonly [string, Rounds] = ['ours', [{ opsPerSecond: 1, p50Ms: 1, p99Ms: 1 }]];
  const wrong: readonly [string, Rounds] = ['theirs', { wrong: 'it lied' }];
  const peers = new Map([['ours', 'theirs']]);
  expect(toRows('s', new Map([ours]), peers)[0]).not.toHaveProperty('peer');
  expect(toRows('s', new Map([ours, wrong]), peers)[0]).not.toHaveProperty('peer');
});
