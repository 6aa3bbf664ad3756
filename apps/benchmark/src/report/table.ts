import type { Row } from './row.ts';

/** The rows of one scenario as text for people. */
export function toTable(rows: readonly Row[]): string {
  const columns = COLUMNS.filter(({ cell }) => rows.some((row) => cell(row) !== ''));
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const header = columns.map(({ title }) => title);
  const widths = header.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (texts: readonly string[]) =>
    texts
      .map((text, column) => {
        const width = widths[column] ?? 0;
        return columns[column]?.left === true ? text.padEnd(width) : text.padStart(width);
      })
      .join('  ')
      .trimEnd();
  return [rows[0]?.scenario ?? '', ...[header, ...cells].map((texts) => `  ${line(texts)}`)].join('\n');
}

interface Column {
  readonly title: string;
  readonly left?: boolean;
  readonly cell: (row: Row) => string;
}

const COLUMNS: readonly Column[] = [
  { title: 'contender', left: true, cell: (row) => row.contender },
  { title: 'ops/s', cell: (row) => whole(row.opsPerSecond) },
  { title: 'of floor', cell: (row) => row.ratioToFloor?.toFixed(2) ?? '' },
  { title: 'of peer', cell: (row) => row.ratioToPeer?.toFixed(2) ?? '' },
  { title: 'p50', cell: (row) => duration(row.p50Ms) },
  { title: 'p90', cell: (row) => duration(row.p90Ms ?? null) },
  { title: 'p99', cell: (row) => duration(row.p99Ms) },
  { title: 'cpu/op', cell: (row) => duration(row.cpuMs ?? null) },
  { title: "of peer's cpu", cell: (row) => row.cpuOfPeer?.toFixed(2) ?? '' },
  { title: 'commands/op', cell: (row) => row.commands?.toFixed(2) ?? '' },
  { title: 'loads', cell: (row) => whole(row.loads) },
  { title: 'miss', cell: (row) => duration(row.missMs ?? null) },
  { title: 'bytes/entry', cell: (row) => whole(row.bytesPerEntry) },
  { title: 'peer', left: true, cell: (row) => row.peer ?? '' },
  { title: '', left: true, cell: (row) => (row.wrong === undefined ? '' : `wrong: ${row.wrong}`) },
];

function whole(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : Math.round(value).toLocaleString('en');
}

function duration(ms: number | null): string {
  if (ms === null) return '';
  if (ms >= 1) return `${ms.toFixed(2)} ms`;
  return ms >= 0.001 ? `${(ms * 1000).toFixed(2)} µs` : `${(ms * 1_000_000).toFixed(0)} ns`;
}
