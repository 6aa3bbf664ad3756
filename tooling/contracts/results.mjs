/**
 * How many tests passed and failed under each name, from a report of vitest: `{ redis: { passed, failed } }`, and how many do not apply
 * there (`skipped`), if any. What did not run because its preparation failed counts as failed, and so does a file that cannot even be loaded,
 * under its own name.
 *
 * @param only the one name to count, if tests of others were left out
 */
export function countsOf(report, only) {
  const counts = {};
  const count = (name, outcome) => {
    counts[name] ??= { passed: 0, failed: 0 };
    counts[name][outcome] = (counts[name][outcome] ?? 0) + 1;
  };
  for (const { name: file, status: ofFile, assertionResults } of report.testResults) {
    for (const { ancestorTitles, title, status } of assertionResults) {
      const name = nameOf(ancestorTitles);
      if (only !== undefined && name !== only) continue;
      const skipped = status !== 'failed' && reasonOf(title) !== undefined;
      count(name, status === 'passed' ? 'passed' : skipped ? 'skipped' : 'failed');
    }
    if (ofFile === 'failed' && assertionResults.length === 0) count(file.replace(/^.*\//, ''), 'failed');
  }
  return Object.fromEntries(Object.entries(counts).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Why tests do not apply, by name: `{ redis: ['it has no files'] }`. */
export function reasonsOf(report) {
  const reasons = {};
  for (const { ancestorTitles, title } of report.testResults.flatMap(({ assertionResults }) => assertionResults)) {
    const reason = reasonOf(title);
    if (reason !== undefined) (reasons[nameOf(ancestorTitles)] ??= new Set()).add(reason);
  }
  return Object.fromEntries(Object.entries(reasons).map(([name, set]) => [name, [...set]]));
}

function nameOf(ancestorTitles) {
  const [outermost = ''] = ancestorTitles.filter((title) => title !== '');
  return outermost.replace(/:.*$/, '');
}

function reasonOf(title) {
  return / \(not here: (.*)\)$/.exec(title)?.[1];
}

/**
 * @param each what the names are of: `'engine'`
 * @param reasons why tests were skipped, by name
 */
export function printTable(counts, each, reasons = {}) {
  const outcomes = ['passed', 'failed', 'skipped'].filter((outcome) => {
    return outcome !== 'skipped' || Object.values(counts).some(({ skipped }) => skipped !== undefined);
  });
  const rows = Object.entries(counts).map(([name, of]) => [name, ...outcomes.map((outcome) => `${of[outcome] ?? 0}`)]);
  const table = [[each, ...outcomes], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  console.log();
  for (const [name, ...numbers] of table) {
    const cells = numbers.map((number, index) => number.padStart(widths[index + 1]));
    console.log([name.padEnd(widths[0]), ...cells].join('  '));
  }
  for (const name of Object.keys(counts)) {
    for (const reason of reasons[name] ?? []) console.log(`\nskipped for ${name}: ${reason}`);
  }
}
