import 'reflect-metadata';
import { CacheModule } from '@cache/nestjs';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import express from 'express';
import type { Server } from 'node:http';
import { loadAssets } from '../http/assets.ts';
import { createFavouriteActions } from '../site/favourite-actions.ts';
import { createHoles } from '../site/holes.ts';
import { createSettingActions } from '../site/setting-actions.ts';
import { createSite, type Site } from '../site/site.ts';
import type { ServerParts } from './parts.ts';
import { countVisits, setSecurityHeaders } from './express-answers.ts';
import { ReportProblem, SameOriginGuard, SendReply } from './nestjs-answers.ts';
import {
  ACTIONS,
  ASSETS,
  ATLAS,
  DataController,
  FavouritesController,
  PagesController,
  SETTINGS,
  SettingsController,
  SITE,
} from './nestjs-pages.ts';

/** Creates the atlas as a NestJS application on Express; listening is the caller's. */
export async function createNestServer(parts: ServerParts): Promise<Server> {
  const assets = loadAssets();
  const site = createSite({ ...parts, assets: assets.urls });
  // Set before Nest uses it: routes that it adds keep to what was said then.
  const listener = express();
  listener.disable('x-powered-by');
  listener.disable('etag');
  listener.enable('case sensitive routing');
  listener.enable('strict routing');
  const app = await NestFactory.create(atlasModule(parts, site, assets), new ExpressAdapter(listener), {
    bodyParser: false,
    logger: ['error', 'warn'],
  });
  app.use(setSecurityHeaders, countVisits(parts.atlas));
  app.useGlobalInterceptors(new SendReply());
  app.useGlobalFilters(new ReportProblem(site));
  await app.init();
  return app.getHttpServer() as Server;
}

function atlasModule({ atlas, cache }: ServerParts, site: Site, assets: ReturnType<typeof loadAssets>): DynamicModule {
  return {
    module: class AtlasModule {},
    imports: [
      CacheModule.forRoot({ caches: { default: cache.namespace('pages') }, responses: { holes: createHoles(atlas) } }),
    ],
    controllers: [PagesController, FavouritesController, SettingsController, DataController],
    providers: [
      SameOriginGuard,
      { provide: SITE, useValue: site },
      { provide: ATLAS, useValue: atlas },
      { provide: ASSETS, useValue: assets },
      { provide: ACTIONS, useValue: createFavouriteActions(atlas, site) },
      { provide: SETTINGS, useValue: createSettingActions(atlas, site) },
    ],
  };
}
