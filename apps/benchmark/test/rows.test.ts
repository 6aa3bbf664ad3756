import { expect, test } from 'vitest';
import type { Outcome } from '../src/measure/outcome.ts';
import { interleave } from '../src/measure/rounds.ts';
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
