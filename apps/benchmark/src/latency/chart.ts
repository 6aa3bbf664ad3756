/** What was measured of one backend at one miss rate. */
export interface Point {
  readonly series: string;
  /** From 0 to 1. */
  readonly missRate: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
}

const PANELS = [
  ['p50Ms', 'p50: half of the calls'],
  ['p90Ms', 'p90: all but one in 10'],
  ['p99Ms', 'p99: all but one in 100'],
] as const;

/** One pair of colours for each series: on a light ground, on a dark one. */
const COLOURS = [
  ['#1d5fd1', '#6ea8ff'],
  ['#12803c', '#4cc97b'],
  ['#c0392b', '#ff8071'],
  ['#8b5a00', '#e0ac4a'],
  ['#7a3ec2', '#c297ff'],
] as const;

const [WIDTH, HEIGHT] = [880, 360];
const [LEFT, TOP, BOTTOM] = [64, 66, 304];
const [PANEL, GAP] = [200, 28];

/**
 * Draws one panel for each percentile, one line for each series, on a logarithmic scale that the panels share.
 *
 * @param series in the order of their colours, the same for all charts that are shown together; at most five
 */
export function drawChart(title: string, series: readonly string[], points: readonly Point[]): string {
  const names = series.filter((name) => points.some((point) => point.series === name));
  const times = points.flatMap((point) => [point.p50Ms, point.p90Ms, point.p99Ms]);
  const [lowest, highest] = [Math.floor(Math.log10(Math.min(...times))), Math.ceil(Math.log10(Math.max(...times)))];
  const y = (ms: number): number => BOTTOM - ((Math.log10(ms) - lowest) / (highest - lowest)) * (BOTTOM - TOP);
  const decades = Array.from({ length: highest - lowest + 1 }, (_, index) => 10 ** (lowest + index));
  const panels = PANELS.map(([percentile, label], index) => {
    const left = LEFT + index * (PANEL + GAP);
    const x = (missRate: number): number => left + missRate * PANEL;
    const rates = [...new Set(points.map(({ missRate }) => missRate))];
    const lines = names.map((name) => {
      const own = points.filter((point) => point.series === name);
      const places = own.map((point) => `${round(x(point.missRate))},${round(y(point[percentile]))}`);
      const dots = places.map((place) => `<circle cx="${place.replace(',', '" cy="')}" r="3"/>`);
      return `<g class="s${series.indexOf(name)}"><polyline points="${places.join(' ')}"/>${dots.join('')}</g>`;
    });
    return [
      `<text class="label" x="${left}" y="${TOP - 14}">${label}</text>`,
      ...decades.map((ms) => `<path class="grid" d="M${left} ${round(y(ms))}h${PANEL}"/>`),
      ...rates.map((rate) => text('tick', x(rate), BOTTOM + 18, `${round(rate * 100)}`, 'middle')),
      ...lines,
    ].join('\n');
  });
  const right = LEFT + 3 * PANEL + 2 * GAP;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(title)}">`,
    `<style>${style()}</style>`,
    `<rect class="ground" width="${WIDTH}" height="${HEIGHT}" rx="6"/>`,
    text('title', LEFT, 28, title),
    ...decades.map((ms) => text('tick', LEFT - 10, y(ms) + 4, duration(ms), 'end')),
    ...panels,
    text('tick', LEFT + (3 * PANEL + 2 * GAP) / 2, BOTTOM + 40, 'misses, in %', 'middle'),
    ...labels(names, points, y).map(({ name, at }) => text(`name n${series.indexOf(name)}`, right - 8, at + 4, name)),
    '</svg>\n',
  ].join('\n');
}

/** The names stand beside the ends of their lines, moved apart where those are close. */
function labels(
  names: readonly string[],
  points: readonly Point[],
  y: (ms: number) => number,
): { name: string; at: number }[] {
  const ends = names.map((name) => {
    const last = points.findLast((point) => point.series === name);
    return { name, at: y(last?.p99Ms ?? 1) };
  });
  const sorted = ends.toSorted((a, b) => a.at - b.at);
  for (const [index, label] of sorted.entries()) {
    const above = sorted[index - 1];
    if (above !== undefined) label.at = Math.max(label.at, above.at + 16);
  }
  return sorted;
}

function style(): string {
  const colours = (dark: 0 | 1): string =>
    COLOURS.map(
      (pair, index) => `.s${index}{stroke:${pair[dark]};fill:${pair[dark]}}.n${index}{fill:${pair[dark]}}`,
    ).join('');
  return [
    'text{font:12px system-ui,sans-serif}',
    '.title{font-size:15px;font-weight:600}.name{font-weight:600}',
    'polyline{fill:none;stroke-width:2}',
    '.ground{fill:#fff}.title,.label{fill:#1f2328}.tick{fill:#59636e}.grid{stroke:#d8dee4}',
    colours(0),
    `@media(prefers-color-scheme:dark){.ground{fill:#0d1117}.title,.label{fill:#e6edf3}.tick{fill:#9aa4af}`,
    `.grid{stroke:#2b3139}${colours(1)}}`,
  ].join('');
}

function text(kind: string, x: number, y: number, content: string, anchor = 'start'): string {
  const place = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}"${place}>${escape(content)}</text>`;
}

function duration(ms: number): string {
  if (ms >= 1) return `${round(ms)} ms`;
  return ms >= 0.001 ? `${round(ms * 1_000)} µs` : `${round(ms * 1_000_000)} ns`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(content: string): string {
  return content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
