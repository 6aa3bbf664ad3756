import { CacheResponse, NeverCache } from '@cache/nestjs';
import { Controller, Get, Headers, Inject, Param, Post, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import type { Atlas } from '../domain/atlas.ts';
import type { Assets } from '../http/assets.ts';
import type { FavouriteActions, FavouriteForm } from '../site/favourite-actions.ts';
import { queryOf } from '../site/input.ts';
import { jsonReply, type Reply } from '../site/reply.ts';
import type { SettingActions } from '../site/setting-actions.ts';
import type { Site } from '../site/site.ts';
import { readVisitor, visitorCookieName } from '../site/visitor.ts';
import { worldPath } from '../views/world.ts';
import { SameOriginGuard } from './nestjs-answers.ts';

/** What the controllers are made of, under the names that Nest injects it by. */
export const SITE: unique symbol = Symbol('site');
export const ATLAS: unique symbol = Symbol('atlas');
export const ASSETS: unique symbol = Symbol('assets');
export const ACTIONS: unique symbol = Symbol('actions');
export const SETTINGS: unique symbol = Symbol('settings');

/** The pages: the same for everybody, if they do not say otherwise. */
@Controller()
@CacheResponse({ maxAge: '1h', staleWhileRevalidate: '1d', cookies: [], serverTiming: true })
export class PagesController {
  readonly #site: Site;

  constructor(@Inject(SITE) site: Site) {
    this.#site = site;
  }

  @Get('/')
  countries(): Promise<Reply> {
    return this.#site.countries();
  }

  @Get('countries/:code')
  country(@Param('code') code: string, @Req() { url }: Request): Promise<Reply> {
    return this.#site.country(code, queryOf(url));
  }

  @Get('cities/:id')
  city(@Param('id') id: string): Promise<Reply> {
    return this.#site.city(id);
  }

  @Get('search')
  search(@Req() { url }: Request): Promise<Reply> {
    return this.#site.search(queryOf(url));
  }

  @Get('favourites')
  @CacheResponse({ cookies: [visitorCookieName], staleWhileRevalidate: 0 })
  favourites(@Headers('cookie') cookie: string | undefined): Promise<Reply> {
    return this.#site.favourites(readVisitor(cookie));
  }

  @Get(worldPath)
  @CacheResponse({ maxAge: '1d', staleWhileRevalidate: 0, clientMaxAge: '1d', serverTiming: false })
  world(): Promise<Reply> {
    return this.#site.world();
  }
}

/** What forms do. */
@Controller('favourites')
@UseGuards(SameOriginGuard)
export class FavouritesController {
  readonly #actions: FavouriteActions;

  constructor(@Inject(ACTIONS) actions: FavouriteActions) {
    this.#actions = actions;
  }

  @Post(':cityId')
  add(@Req() request: Request<{ cityId: string }>): Promise<Reply> {
    return this.#actions.add(formOf(request));
  }

  @Post(':cityId/remove')
  remove(@Req() request: Request<{ cityId: string }>): Promise<Reply> {
    return this.#actions.remove(formOf(request));
  }
}

/** What the forms about settings do. */
@Controller('settings')
@UseGuards(SameOriginGuard)
export class SettingsController {
  readonly #settings: SettingActions;

  constructor(@Inject(SETTINGS) settings: SettingActions) {
    this.#settings = settings;
  }

  @Post('distances/:unit')
  setDistances(@Param('unit') unit: string, @Req() { url }: Request): Promise<Reply> {
    return this.#settings.setDistances(unit, queryOf(url));
  }
}

/** What is right only now, and files that never change. */
@Controller()
export class DataController {
  readonly #atlas: Atlas;
  readonly #assets: Assets;
  readonly #site: Site;

  constructor(@Inject(ATLAS) atlas: Atlas, @Inject(ASSETS) assets: Assets, @Inject(SITE) site: Site) {
    this.#atlas = atlas;
    this.#assets = assets;
    this.#site = site;
  }

  @Get('visits.json')
  @NeverCache()
  async visits(@Req() { url }: Request): Promise<Reply> {
    return jsonReply({ visits: await this.#atlas.visits(queryOf(url).get('path') ?? '') });
  }

  @Get('healthz')
  @NeverCache()
  health(): Reply {
    return jsonReply({ status: 'ok' });
  }

  @Get('assets/:name')
  async asset(@Req() { path }: Request): Promise<Reply> {
    return this.#assets.find(path) ?? (await this.#site.notFound());
  }
}

function formOf({ params, headers, url }: Request<{ cityId: string }>): FavouriteForm {
  return { cityId: params.cityId, visitor: readVisitor(headers.cookie), parameters: queryOf(url) };
}
