import { describe, expect, test } from 'vitest';
import { startTestServer } from '../support/server.ts';
import { frameworks } from '../../src/servers/servers.ts';

describe.each(frameworks)('on %s', (framework) => {
  test.each([
    [404, '/nowhere'],
    [404, '/cities'],
    [404, '/cities/1'],
    [404, '/cities/abc'],
    [404, '/cities/-1'],
    [404, '/cities/1e9'],
    [404, '/cities/99999999999999999999'],
    [404, '/cities/2950159/'],
    [404, '/Cities/2950159'],
    [404, '/cities/%3Cscript%3E'],
    [400, '/cities/%E0%A4%A'],
    [404, '/countries/XX'],
    [404, '/countries/de'],
    [404, '/countries/DE?page=3'],
    [400, '/countries/DE?page=0'],
    [400, '/countries/DE?page=1e9'],
    [400, '/countries/DE?page=-1'],
    [400, '/search?q=berlin&page=-1'],
    [400, '/search?q=berlin&page=1e9'],
    [404, '/search?q=berlin&page=99999'],
    [400, `/search?q=${'a'.repeat(81)}`],
    [400, '/search?q=%E0%A4%A'],
    [400, '/search?q=a%00b'],
    [404, '/assets/..%2f..%2fpackage.json'],
    [404, '/__proto__'],
  ])('%i for %s, and it is not stored', async (status, path) => {
    const { get } = await startTestServer(framework);
    for (const answer of [await get(path), await get(path)]) {
      expect(answer.status).toBe(status);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(answer.cache).not.toMatch(/hit|stored/);
      expect(answer.body).not.toContain('<script>');
    }
  });

  test.each(['/search?q=', '/search?q=-&page=1', '/search?q=zzz', '/?page=-1', '/favourites?visitor=x'])(
    '200 for %s',
    async (path) => {
      const { get } = await startTestServer(framework);
      expect((await get(path)).status).toBe(200);
    },
  );

  test('names and searches cannot become markup', async () => {
    const { get, database } = await startTestServer(framework);
    database.exec(`UPDATE cities SET name = '<img src=x>' WHERE id = 2950159`);
    expect((await get('/cities/2950159')).body).not.toContain('<img src=x>');
    const { body } = await get(`/search?q=${encodeURIComponent('"><script>alert(1)</script>')}`);
    expect(body).not.toContain('<script>alert');
    expect(body).toContain('value="&quot;&gt;&lt;script&gt;');
  });

  test('a broken database is a page that says so, and is not stored', async () => {
    const { get, database } = await startTestServer(framework);
    const logged: unknown[] = [];
    const { error } = console;
    console.error = (problem: unknown) => logged.push(problem);
    try {
      database.exec('ALTER TABLE cities RENAME TO lost');
      const broken = await get('/countries/DE');
      expect(broken.status).toBe(500);
      expect(broken.headers['cache-control']).toBe('no-store');
      expect(broken.body).toContain('Something went wrong');
      expect(broken.body).not.toContain('SqliteError');
      database.exec('ALTER TABLE lost RENAME TO cities');
      expect(await get('/countries/DE')).toMatchObject({ status: 200, cache: 'fwd=uri-miss; stored' });
    } finally {
      console.error = error;
    }
    expect(logged).toHaveLength(1);
  });
});
