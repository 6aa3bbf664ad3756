import { describe, expect, test } from 'vitest';
import { frameworks } from '../../src/servers/servers.ts';
import { ids } from '../support/rows.ts';
import { startTestServer } from '../support/server.ts';

describe.each(frameworks)('on %s', (framework) => {
  test('a setting changes what shows it and nothing else', async () => {
    const { get, send, takeLoads, takeRenders } = await startTestServer(framework);
    const page = `/cities/${ids.berlin}`;
    expect((await get(page)).body).toMatch(/\d km [NESW]/);
    await get('/countries/DE');
    takeLoads();
    takeRenders();

    const changed = await send('POST', `/settings/distances/mi?back=${page}`);
    expect(changed).toMatchObject({ status: 303, body: '' });
    expect(changed.headers.location).toBe(page);
    const { body, cache } = await get(page);
    expect(cache).toBe('fwd=uri-miss; stored');
    expect(body).toMatch(/\d mi [NESW]/);
    expect(body).not.toMatch(/\d km [NESW]/);
    expect((await get('/countries/DE')).cache).toBe('hit');
    expect(takeLoads()).toEqual([]);
    expect(takeRenders()).toEqual([`neighbours ${ids.berlin}`]);

    await send('POST', '/settings/distances/km');
    expect((await get(page)).body).toMatch(/\d km [NESW]/);
  });

  test('what is no unit, or comes from another site, changes nothing', async () => {
    const { get, send } = await startTestServer(framework);
    expect((await send('POST', '/settings/distances/parsec')).status).toBe(404);
    expect((await send('POST', '/settings/distances/mi', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await get(`/cities/${ids.berlin}`)).body).toMatch(/\d km [NESW]/);
  });

  test('a page tells how what it read stands between the atlas and its database', async () => {
    const { get } = await startTestServer(framework);
    const { body } = await get(`/cities/${ids.berlin}`);
    expect(body).toMatch(new RegExp(`<span>city ${ids.berlin}</span>\\s*<span>[^<]+ · read-through</span>`));
    expect(body).toMatch(new RegExp(`<span>nearby ${ids.berlin}</span>\\s*<span>[^<]+ · refresh-behind</span>`));
    expect(body).toMatch(/<span>setting distances<\/span>\s*<span>[^<]+ · forever<\/span>/);
  });
});
