import { expect, test } from 'vitest';
import { type Framework, frameworks } from '../../src/servers/servers.ts';
import { ids } from '../support/rows.ts';
import { type Answer, startTestServer } from '../support/server.ts';

/** All that must not depend on the framework. */
const FIELDS = [
  'cache-control',
  'cache-status',
  'content-length',
  'content-security-policy',
  'content-type',
  'age',
  'location',
  'referrer-policy',
  'set-cookie',
  'vary',
  'x-content-type-options',
] as const;

/** What an answer is, without what the clock of the machine says about its making. */
function essence({ status, body, headers }: Answer): unknown {
  const fields = FIELDS.map((name) => [name, headers[name]]);
  const timeless = body.replaceAll(/\d{4}-\d\d-\d\d(T| at )[\d:.]+/g, 'then').replaceAll(/[\d.]+(?= ?ms)/g, 'some');
  return { status, body: timeless, fields: withoutLength(fields, headers['content-type']) };
}

/** How long a page is depends on how many digits the times in it have. */
function withoutLength(fields: unknown[][], type = ''): unknown {
  return fields.filter(([name]) => name !== 'content-length' || !type.startsWith('text/html'));
}

/** One walk through the site. */
async function walk(framework: Framework): Promise<unknown[]> {
  const { get, send } = await startTestServer(framework);
  const answers: unknown[] = [];
  const pages = ['/', '/countries/DE?page=2', `/cities/${ids.berlin}`, '/search?q=dorf', '/favourites', '/world.svg'];
  const others = ['/nowhere', '/cities/%E0%A4%A', '/countries/DE?page=0', '/visits.json?path=/', '/healthz'];
  const again = { 'if-none-match': (await get('/')).headers.etag ?? '"none"' };
  for (const path of [...pages, ...pages, ...others]) {
    answers.push([path, essence(await get(path))]);
    answers.push([path, 'again', essence(await get(path, again))]);
    answers.push([path, 'HEAD', essence(await send('HEAD', path))]);
  }
  const cookie = 'visitor=AAAAAAAAAAAAAAAAAAAAAA';
  const forms = [`/favourites/${ids.berlin}`, `/favourites/${ids.berlin}/remove`, '/favourites/1'];
  for (const path of forms) {
    for (const headers of [{ cookie }, { cookie, 'sec-fetch-site': 'cross-site' }]) {
      answers.push([path, essence(await send('POST', path, headers))]);
      answers.push([path, 'after it', essence(await get(`/cities/${ids.berlin}`))]);
      answers.push([path, 'after it', essence(await get('/favourites', { cookie }))]);
    }
  }
  return answers;
}

test('every framework gives the same answers', { timeout: 30_000 }, async () => {
  const [first = [], ...others] = await Promise.all(frameworks.map(walk));

  expect(first.length).toBeGreaterThan(60);
  for (const other of others) expect(other).toEqual(first);
});
