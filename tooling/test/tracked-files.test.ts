import { expect, test } from 'vitest';
import { read, trackedFiles } from '../floors/repository.ts';

/** Traces of the machine that a file was written on. Written so that this file has none. */
const MACHINE_TRACES = [
  /(?<![\w.-])\/(?:work|root)\//,
  /(?<![\w.-])\/home\/\w/,
  /https?:\/\/[\w.-]*(?:registry|artifactory|nexus|verdaccio)[\w.-]*/i,
];

test('no tracked file names a folder of a machine or the host of a package registry', () => {
  const files = trackedFiles();
  expect(files).toContain('package.json');
  expect(files.flatMap((file) => tracesIn(file, read(file)))).toEqual([]);
});

test('the check notices such names', () => {
  const folder = ['', 'work', 'main'].join('/');
  const host = `https://npm-${'registry'}.example.com`;
  expect(tracesIn('a.md', `see\n"${folder}"`)).toEqual([`a.md:2 has ${folder.slice(0, 6)}`]);
  expect(tracesIn('a.md', `tarball: ${host}/a.tgz`)).toEqual([`a.md:1 has ${host}`]);
  expect(tracesIn('a.md', `https://example.com${folder} and src/work/a.ts`)).toEqual([]);
});

function tracesIn(file: string, text: string): string[] {
  return text.split('\n').flatMap((line, index) =>
    MACHINE_TRACES.flatMap((trace) => {
      const found = trace.exec(line);
      return found === null ? [] : [`${file}:${index + 1} has ${found[0]}`];
    }),
  );
}
