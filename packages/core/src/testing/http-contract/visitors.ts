import { hole } from '../../hole.ts';
import type { Holes } from '../../http/holes.ts';
import type { ResponsePolicy } from '../../http/policy.ts';
import type { Client } from './case.ts';
import type { Answer } from './client.ts';
import { counted, type CountedHandler, text } from './handlers.ts';

/** Greets whoever the cookie names. */
export const HOLES: Holes = { greeting: ({ header }) => `Hello, ${visitorOf(header('cookie'))}!` };

/** Stores pages for a minute, with that hole. */
export const GREETING: ResponsePolicy = { maxAge: '1m', holes: HOLES };

/** Whom a cookie names. */
export function visitorOf(cookie: string | undefined): string {
  return /name=(\w+)/.exec(cookie ?? '')?.[1] ?? 'stranger';
}

/** A page that greets twice, and tells what cookies its handler saw. */
export function greeting(): CountedHandler {
  return counted((run, { header }) => text(`${run}: ${hole('greeting')} (${header('cookie')}) ${hole('greeting')}`));
}

/** Asks as the visitor of this name. */
export function as(
  client: Client,
  name: string,
  fields: Readonly<Record<string, string>> = {},
  path = '/page',
): Promise<Answer> {
  return client.get(path, { headers: { cookie: `name=${name}`, ...fields } });
}
