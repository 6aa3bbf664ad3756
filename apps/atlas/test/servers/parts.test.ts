import { describe, expect, test } from 'vitest';
import { frameworks } from '../../src/servers/servers.ts';
import { ids } from '../support/rows.ts';
import { startTestServer } from '../support/server.ts';

const { berlin, potsdam, reykjavik } = ids;

const PAGES = [
  '/',
  '/countries/DE',
  '/countries/DE?page=2',
  '/countries/IS',
  `/cities/${berlin}`,
  `/cities/${potsdam}`,
  `/cities/${reykjavik}`,
  '/search?q=ber',
  '/search?q=potsdam',
  '/favourites',
];

describe.each(frameworks)('on %s', (framework) => {
  async function start() {
    const server = await startTestServer(framework);
    /** Asks for every page and tells which had to be made. */
    const readAll = async (): Promise<string[]> => {
      const made: string[] = [];
      for (const path of PAGES) if ((await server.get(path)).cache !== 'hit') made.push(path);
      return made;
    };
    return { ...server, readAll };
  }

  test('a city that changes: its part is rendered again, the lists with it, the pages that show it, and nothing else', async () => {
    const { atlas, get, readAll, takeRenders, takeLoads } = await start();
    expect(await readAll()).toEqual(PAGES);
    // A card and neighbours for each of three cities, three lists, their lines, and what the searches found.
    expect(takeRenders()).toHaveLength(2 * 3 + 3 + (40 + 9 + 2) + (2 + 1));
    expect(await readAll()).toEqual([]);
    takeLoads();

    expect(await atlas.renameCity(berlin, 'Bärlin')).toBe(true);
    const shows = ['/countries/DE', `/cities/${berlin}`, `/cities/${potsdam}`, '/search?q=ber'];
    expect(await readAll()).toEqual(shows);
    expect(takeRenders()).toEqual([
      `cities of a country DE 1`,
      `city ${berlin}`,
      `city of a country ${berlin}`,
      `neighbours ${potsdam}`,
      `neighbours ${berlin}`,
    ]);
    expect(takeLoads()).toEqual([
      'cities of,DE,1',
      `city,${berlin}`,
      `nearby,${potsdam}`,
      `nearby,${berlin}`,
      'search,ber,1',
    ]);
    for (const path of PAGES) {
      const { body } = await get(path);
      expect(body).not.toContain(`href="/cities/${berlin}">Berlin<`);
      expect(body.includes('>Bärlin<')).toBe(shows.includes(path) && path !== '/search?q=ber');
    }
    expect((await get('/search?q=barlin')).body).toContain('>Bärlin<');
  });

  test('what visitors choose renders no part again', async () => {
    const { send, readAll, takeRenders } = await start();
    await readAll();
    takeRenders();
    await send('POST', `/favourites/${berlin}`);
    expect(await readAll()).toEqual([`/cities/${berlin}`]);
    expect(takeRenders()).toEqual([]);
  });

  test('pages that are made at the same time render each part once', async () => {
    const { get, takeRenders } = await startTestServer(framework);
    // Another query is another page, with the same parts.
    const answers = await Promise.all(Array.from({ length: 20 }, (_, time) => get(`/countries/IS?from=${time}`)));
    expect(answers.every(({ status, cache }) => status === 200 && cache === 'fwd=uri-miss; stored')).toBe(true);
    expect(takeRenders()).toEqual([
      'cities of a country IS 1',
      'city of a country 3413829',
      'city of a country 3415949',
    ]);
  });

  test('no city is renamed that is not there', async () => {
    const { atlas } = await start();
    expect(await atlas.renameCity(1, 'Nowhere')).toBe(false);
  });
});
