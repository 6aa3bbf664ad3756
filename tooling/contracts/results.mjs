/**
 * How many tests passed and failed under each name, from a report of vitest: `{ redis: { passed, failed } }`. What did not run because its
 * preparation failed counts as failed, and so does a file that cannot even be loaded, under its own name.
 *
 * @param only the one name to count, if tests of others were left out
 */
export function countsOf(report, only) {
  const counts = {};
  const count = (name, outcome, number = 1) => {
    counts[name] ??= { passed: 0, failed: 0 };
    counts[name][outcome] += number;
  };
  for (const { name: file, status: ofFile, assertionResults } of report.testResults) {
    for (const { ancestorTitles, status } of assertionResults) {
      const name = nameOf(ancestorTitles);
      if (only !== undefined && name !== only) continue;
      count(name, status === 'passed' ? 'passed' : 'failed');
    }
    if (ofFile === 'failed' && assertionResults.length === 0) count(file.replace(/^.*\//, ''), 'failed');
  }
  return Object.fromEntries(Object.entries(counts).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function nameOf(ancestorTitles) {
  const [outermost = ''] = ancestorTitles.filter((title) => title !== '');
  return outermost.replace(/:.*$/, '');
}

/** @param each what the names are of: `'engine'` */
export function printTable(counts, each) {
  const rows = Object.entries(counts).map(([name, { passed, failed }]) => [name, `${passed}`, `${failed}`]);
  const table = [[each, 'passed', 'failed'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column].length)));
  console.log();
  for (const [name, ...numbers] of table) {
    const cells = numbers.map((number, index) => number.padStart(widths[index + 1]));
    console.log([name.padEnd(widths[0]), ...cells].join('  '));
  }
}
