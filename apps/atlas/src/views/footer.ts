import { formatSpan } from './format.ts';
import { type Html, html } from './html.ts';
import type { Making, Read } from './page.ts';

const readsShown = 12;

/** Tells how the page came to be; the script adds how this answer reached the reader. */
export function footer({ madeAt, reads }: Making): Html {
  const instant = madeAt.toISOString();
  return html`<footer class="foot">
      <div class="column">
        <section class="answer" aria-labelledby="answer-title" data-answer>
          <h2 id="answer-title">How this page reached you</h2>
          <p class="answer-lead" data-lead>Made on <time datetime="${instant}">${instant.slice(0, 10)} at ${instant.slice(11, 19)} UTC</time>.</p>
          <dl class="answer-facts">
            ${fact('source', 'From')}
            ${fact('age', 'Age')}
            ${fact('answer', 'This answer')}
            ${fact('fill', 'Making it took')}
            ${fact('visits', 'Visits, by write-behind')}
            ${fact('why', 'Cache status')}
          </dl>
        </section>
        <section class="reads" aria-labelledby="reads-title">
          <h2 id="reads-title">What it read when it was made</h2>
          ${readList(reads)}
        </section>
        <p class="credits">
          Cities by <a href="https://www.geonames.org/">GeoNames</a>, licensed
          <a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>.
        </p>
      </div>
    </footer>`;
}

function fact(name: string, label: string): Html {
  return html`<div data-fact="${name}" hidden><dt>${label}</dt><dd></dd></div>`;
}

function readList(reads: readonly Read[]): Html {
  if (reads.length === 0) return html`<p>Nothing.</p>`;
  const rest = reads.length - readsShown;
  return html`<ul>
            ${reads
              .slice(0, readsShown)
              .map(
                (read) => html`<li class="${read.how}"><span>${read.label}</span> <span>${describe(read)}</span></li>`,
              )}
          </ul>
          ${rest > 0 && html`<p>and ${rest} more</p>`}`;
}

function describe({ strategy, how, milliseconds }: Read): string {
  return strategy === undefined ? describeWay(how, milliseconds) : `${describeWay(how, milliseconds)} · ${strategy}`;
}

function describeWay(how: Read['how'], milliseconds: number): string {
  if (how === 'hit') return `from the cache, ${formatSpan(milliseconds)} old`;
  if (how === 'load') return `loaded in ${formatSpan(milliseconds)}`;
  return 'loaded together with another request';
}
