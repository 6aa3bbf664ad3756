import type { Group, Test } from './model.ts';

/** The fields of a request that the runner understands, and those that only concern browsers. */
const REQUEST_FIELDS: ReadonlySet<string> = new Set([
  'request_method',
  'request_headers',
  'request_body',
  'filename',
  'query_arg',
  'magic_ims',
  'rfc850date',
  'pause_after',
  'interim_responses',
  'response_status',
  'response_headers',
  'response_body',
  'response_pause',
  'disconnect',
  'magic_locations',
  'expected_type',
  'expected_method',
  'expected_status',
  'expected_request_headers',
  'expected_request_headers_missing',
  'expected_response_headers',
  'expected_response_headers_missing',
  'expected_interim_responses',
  'expected_response_text',
  'check_body',
  'setup',
  'setup_tests',
  'mode',
  'credentials',
  'cache',
  'redirect',
]);

/** Text that says what is wrong with the data of a suite. */
export class SuiteError extends Error {
  override name = 'SuiteError';
}

/**
 * Checks that data has the form of a suite: groups of tests of requests, each test with an id of its own, dependencies
 * that exist.
 *
 * @throws SuiteError
 */
export function checkSuite(data: unknown): readonly Group[] {
  const groups = listOf<Group>(data, 'a suite');
  const ids = new Set<string>();
  for (const group of groups) {
    if (typeof group?.id !== 'string') throw new SuiteError('a group has no id');
    for (const test of listOf<Test>(group.tests, `the group ${group.id}`)) checkTest(test, group, ids);
  }
  return groups;
}

function checkTest(test: Test, group: Group, ids: Set<string>): void {
  if (typeof test?.id !== 'string') throw new SuiteError(`a test in ${group.id} has no id`);
  if (listOf(test.requests, test.id).length === 0) throw new SuiteError(`${test.id} has no requests`);
  if (ids.has(test.id)) throw new SuiteError(`two tests have the id ${test.id}`);
  ids.add(test.id);
}

function listOf<Item>(value: unknown, owner: string): readonly Item[] {
  if (value instanceof Array) return value as readonly Item[];
  throw new SuiteError(`${owner} has no list of what is in it`);
}

/** Fields of requests that the runner does not know: what they ask for is not done, and the report says so. */
export function unknownFields(groups: readonly Group[]): readonly string[] {
  const requests = groups.flatMap(({ tests }) => tests.flatMap((test) => test.requests));
  const names = requests.flatMap((request) => Object.keys(request)).filter((name) => !REQUEST_FIELDS.has(name));
  return [...new Set(names)].sort();
}

/** Dependencies that name no test of the suite. They count as met, since nobody can meet them. */
export function missingDependencies(groups: readonly Group[]): readonly string[] {
  const tests = groups.flatMap((group) => group.tests);
  const ids = new Set(tests.map(({ id }) => id));
  return [...new Set(tests.flatMap(({ depends_on = [] }) => depends_on))].filter((id) => !ids.has(id)).sort();
}
