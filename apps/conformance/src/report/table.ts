import { type Judged, type Score, scoreOf } from '../judge/verdict.ts';
import type { Group } from '../suite/model.ts';
import { columns } from './columns.ts';
import { ALL_OPTIMAL, ALL_REQUIRED, OTHERS } from './scoreboard.ts';

/** The scores of each group of tests, and of all. */
export function groupTable(groups: readonly Group[], judged: readonly Judged[]): string {
  const rows = groups.map(({ id, name }) => [name, ...cells(scoreOf(judged.filter(({ group }) => group === id)))]);
  return columns([['', 'required', 'optimal', 'check'], ...rows, ['all', ...cells(scoreOf(judged))]]);
}

/** The score beside those of other caches, best first. */
export function scoreboard(subject: string, { required, optimal }: Score): string {
  const others = OTHERS.map(([name, passed, ideal]) => ({ name, required: passed, optimal: ideal }));
  const own = { name: `> ${subject}`, required: required.passed, optimal: optimal.passed };
  const sorted = [own, ...others].toSorted((a, b) => b.required - a.required || b.optimal - a.optimal);
  const rows = sorted.map((row) => [row.name, String(row.required), String(row.optimal)]);
  const whole = required.all === ALL_REQUIRED && optimal.all === ALL_OPTIMAL;
  const note = whole
    ? ''
    : `\nThe others are of ${ALL_REQUIRED} and ${ALL_OPTIMAL}; this run had ${required.all} and ${optimal.all}.`;
  return columns([['', 'required', 'optimal'], ...rows]) + note;
}

function cells(score: Score): string[] {
  return [score.required, score.optimal, score.check].map(({ passed, all }) =>
    all === 0 ? '' : `${passed} of ${all}`,
  );
}
