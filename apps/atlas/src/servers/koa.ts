import { createServer, type Server } from 'node:http';
import { cacheResponse } from '@cache/koa';
import Router, { type RouterContext } from '@koa/router';
import Koa from 'koa';
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
import { answer, countVisits, refuseOtherSites, reportProblem, setSecurityHeaders } from './koa-answers.ts';
import type { ServerParts } from './parts.ts';

/** Creates the atlas as a server; listening is the caller's. */
export function createKoaServer(parts: ServerParts): Server {
  const listener = createKoaApp(parts).callback();
  return createServer((request, response) => void listener(request, response));
}

/** Creates the atlas as a Koa application. */
export function createKoaApp({ atlas, cache }: ServerParts): Koa {
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
  const country = answer(({ params, url }) => site.country(params['code'] ?? '', queryOf(url)));
  const city = answer(({ params }) => site.city(params['id'] ?? ''));
  const search = answer(({ url }) => site.search(queryOf(url)));
  const favourites = answer(({ headers }) => site.favourites(readVisitor(headers.cookie)));
  const world = answer(() => site.world());
  const addFavourite = answer((ctx) => actions.add(formOf(ctx)));
  const removeFavourite = answer((ctx) => actions.remove(formOf(ctx)));
  const setDistances = answer(({ params, url }) => settings.setDistances(params['unit'] ?? '', queryOf(url)));
  const visits = answer(async ({ url }) => jsonReply({ visits: await atlas.visits(queryOf(url).get('path') ?? '') }));
  const health = answer(() => jsonReply({ status: 'ok' }));
  const asset = answer(({ path }) => assets.find(path) ?? site.notFound());

  const router = new Router({ sensitive: true, strict: true });
  router.get('/', shared, countries);
  router.get('/countries/:code', shared, country);
  router.get('/cities/:id', filled, city);
  router.get('/search', shared, search);
  router.get('/favourites', personal, favourites);
  router.get(worldPath, picture, world);
  router.post('/favourites/:cityId', refuseOtherSites(site), addFavourite);
  router.post('/favourites/:cityId/remove', refuseOtherSites(site), removeFavourite);
  router.post('/settings/distances/:unit', refuseOtherSites(site), setDistances);
  router.get('/visits.json', visits);
  router.get('/healthz', health);
  router.get('/assets/:name', asset);

  const app = new Koa();
  app.use(setSecurityHeaders);
  app.use(countVisits(atlas));
  app.use(reportProblem(site));
  app.use(router.routes());
  return app;
}

function formOf({ params, headers, url }: RouterContext): FavouriteForm {
  return { cityId: params['cityId'] ?? '', visitor: readVisitor(headers.cookie), parameters: queryOf(url) };
}
