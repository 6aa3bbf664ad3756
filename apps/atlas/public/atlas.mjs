// Fills in what the page could not know when it was made: how this answer reached the reader.

const answer = document.querySelector('[data-answer]');

const [navigation] = performance.getEntriesByType('navigation');
const timings = new Map((navigation?.serverTiming ?? []).map((timing) => [timing.name, timing]));

const took = navigation.responseStart - navigation.requestStart;

showFact('answer', formatSpan(took));
if (timings.has('cache')) {
  showAnswer({
    status: timings.get('cache').description,
    age: timings.get('age')?.duration ?? 0,
    fill: timings.get('fill')?.duration,
  });
} else {
  await askAgain();
}
await showVisits();

function showAnswer({ status, age, fill }) {
  const hit = /^hit\b/.test(status);
  answer.dataset.answer = hit ? 'hit' : 'made';
  showFact('source', hit ? 'the cache' : 'the server');
  showFact('age', hit ? formatAge(age) : 'just made');
  showFact('why', status);
  if (fill !== undefined) showFact('fill', formatSpan(fill));
  if (!hit) showLead(`Made just now. ${/\bstored\b/.test(status) ? 'Load it again: the next answer is quicker.' : ''}`);
  else if (fill > took) showLead(`It reached you in ${formatSpan(took)} instead of ${formatSpan(fill)}.`);
  else showLead(`Kept for ${formatAge(age)}.`);
}

function showLead(text) {
  answer.querySelector('[data-lead]').textContent = text;
}

// Where a browser hides Server-Timing from scripts: ask what the cache would say now.
async function askAgain() {
  const response = await fetch(location.href, { method: 'HEAD', cache: 'no-store' });
  const status = (response.headers.get('cache-status') ?? '').replace(/^[^;]*;\s*/, '');
  if (status === '') return;
  const age = Number(response.headers.get('age') ?? 0) * 1000;
  const sinceAsked = performance.now() - navigation.requestStart;
  showAnswer({ status: age <= sinceAsked ? `now ${status}` : status, age });
}

async function showVisits() {
  const response = await fetch(`/visits.json?${new URLSearchParams({ path: location.pathname })}`);
  if (!response.ok) return;
  const { visits } = await response.json();
  if (visits > 0) showFact('visits', visits.toLocaleString('en'));
}

function showFact(name, text) {
  const row = answer.querySelector(`[data-fact="${name}"]`);
  row.querySelector('dd').textContent = text;
  row.hidden = false;
}

// An age is known in whole seconds.
function formatAge(milliseconds) {
  return milliseconds < 1000 ? 'under 1 s' : formatSpan(milliseconds);
}

function formatSpan(milliseconds) {
  if (milliseconds === 0) return 'under 1 ms';
  if (milliseconds < 10) return `${milliseconds.toFixed(Number.isInteger(milliseconds) ? 0 : 1)} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
