import type { Server } from 'node:http';
import { cacheResponse } from '@cache/hono';
import { createAdaptorServer } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { loadAssets } from '../http/assets.ts';
import { createFavouriteActions, type FavouriteForm } from '../site/favourite-actions.ts';
import { createHoles } from '../site/holes.ts';
import { queryOf } from '../site/input.ts';
import { policies } from '../site/policies.ts';
import { jsonReply } from '../site/reply.ts';
import { createSettingActions } from '../site/setting-actions.ts';
import { createSite } from '../site/site.ts';
import { readVisitor } from '../site/visitor.ts';
import { worldPath } from '../views/world.ts';
import {
  answer,
  countVisits,
  refuseMalformedPath,
  refuseOtherSites,
  reportProblem,
  setSecurityHeaders,
  targetOf,
} from './hono-answers.ts';
import type { ServerParts } from './parts.ts';

/** Creates the atlas as a server; listening is the caller's. */
export function createHonoServer(parts: ServerParts): Server {
  return createAdaptorServer({ fetch: createHonoApp(parts).fetch }) as Server;
}

/** Creates the atlas as a Hono application. */
export function createHonoApp({ atlas, cache }: ServerParts): Hono {
  const assets = loadAssets();
  const site = createSite({ atlas, assets: assets.urls, cache });
  const actions = createFavouriteActions(atlas, site);
  const settings = createSettingActions(atlas, site);

  const pages = cache.namespace('pages');
  const shared = cacheResponse(pages, policies.shared);
  const filled = cacheResponse(pages, { ...policies.shared, holes: createHoles(atlas) });
  const personal = cacheResponse(pages, policies.personal);
  const picture = cacheResponse(pages, policies.picture);

  const countries = answer(() => site.countries());
  const country = answer((c) => site.country(c.req.param('code') ?? '', queryOf(targetOf(c))));
  const city = answer((c) => site.city(c.req.param('id') ?? ''));
  const search = answer((c) => site.search(queryOf(targetOf(c))));
  const favourites = answer((c) => site.favourites(readVisitor(c.req.header('cookie'))));
  const world = answer(() => site.world());
  const addFavourite = answer((c) => actions.add(formOf(c)));
  const removeFavourite = answer((c) => actions.remove(formOf(c)));
  const setDistances = answer((c) => settings.setDistances(c.req.param('unit') ?? '', queryOf(targetOf(c))));
  const visits = answer(async (c) => jsonReply({ visits: await atlas.visits(queryOf(targetOf(c)).get('path') ?? '') }));
  const health = answer(() => jsonReply({ status: 'ok' }));
  const asset = answer((c) => assets.find(c.req.path) ?? site.notFound());

  const app = new Hono();
  app.onError(reportProblem(site));
  app.notFound(answer(() => site.notFound()));
  app.use(setSecurityHeaders, countVisits(atlas), refuseMalformedPath);
  app.get('/', shared, countries);
  app.get('/countries/:code', shared, country);
  app.get('/cities/:id', filled, city);
  app.get('/search', shared, search);
  app.get('/favourites', personal, favourites);
  app.get(worldPath, picture, world);
  app.post('/favourites/:cityId', refuseOtherSites(site), addFavourite);
  app.post('/favourites/:cityId/remove', refuseOtherSites(site), removeFavourite);
  app.post('/settings/distances/:unit', refuseOtherSites(site), setDistances);
  app.get('/visits.json', visits);
  app.get('/healthz', health);
  app.get('/assets/:name', asset);
  return app;
}

function formOf(c: Context): FavouriteForm {
  const visitor = readVisitor(c.req.header('cookie'));
  return { cityId: c.req.param('cityId') ?? '', visitor, parameters: queryOf(targetOf(c)) };
}
