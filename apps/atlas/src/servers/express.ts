import { createServer, type Server } from 'node:http';
import { cacheResponse } from '@cache/express';
import express, { type Express, type Request } from 'express';
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
import { answer, countVisits, refuseOtherSites, reportProblem, setSecurityHeaders } from './express-answers.ts';
import type { ServerParts } from './parts.ts';

/** Creates the atlas as a server; listening is the caller's. */
export function createExpressServer(parts: ServerParts): Server {
  return createServer(createExpressApp(parts));
}

/** Creates the atlas as an Express application. */
export function createExpressApp({ atlas, cache }: ServerParts): Express {
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
  const country = answer<'code'>(({ params, url }) => site.country(params.code, queryOf(url)));
  const city = answer<'id'>(({ params }) => site.city(params.id));
  const search = answer(({ url }) => site.search(queryOf(url)));
  const favourites = answer(({ headers }) => site.favourites(readVisitor(headers.cookie)));
  const world = answer(() => site.world());
  const addFavourite = answer<'cityId'>((request) => actions.add(formOf(request)));
  const removeFavourite = answer<'cityId'>((request) => actions.remove(formOf(request)));
  const setDistances = answer<'unit'>(({ params, url }) => settings.setDistances(params.unit, queryOf(url)));
  const visits = answer(async ({ url }) => jsonReply({ visits: await atlas.visits(queryOf(url).get('path') ?? '') }));
  const health = answer(() => jsonReply({ status: 'ok' }));
  const asset = answer(({ path }) => assets.find(path) ?? site.notFound());
  const notFound = answer(() => site.notFound());

  const app = express();
  app.disable('x-powered-by');
  // The cache makes one of what it stores, and all that is not stored is small.
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.use(setSecurityHeaders, countVisits(atlas));
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
  app.use(notFound, reportProblem(site));
  return app;
}

function formOf({ params, headers, url }: Request<{ cityId: string }>): FavouriteForm {
  return { cityId: params.cityId, visitor: readVisitor(headers.cookie), parameters: queryOf(url) };
}
