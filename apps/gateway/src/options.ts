import { parseArgs } from 'node:util';
import type { ForwardedPolicy } from './forward/request-fields.ts';
import { StartError } from './start-error.ts';

export const FRAMEWORKS = ['express', 'koa', 'hono', 'nestjs'] as const;

export type Framework = (typeof FRAMEWORKS)[number];
export type Mode = 'standard' | 'safe';
export type LogFormat = 'text' | 'json' | 'off';

/** How the gateway is to be started. Times are in milliseconds. */
export interface Options {
  readonly origin: URL;
  readonly host: string;
  /** 0 lets the system pick a free one. */
  readonly port: number;
  readonly framework: Framework;
  /** `undefined`: nothing is cached. */
  readonly mode: Mode | undefined;
  readonly storeSetCookie: boolean;
  readonly backend: string;
  readonly health: string | undefined;
  readonly log: LogFormat;
  readonly sendHost: 'client' | 'origin';
  readonly forwarded: ForwardedPolicy;
  readonly maxSockets: number;
  readonly maxWaiting: number;
  readonly maxHeaderBytes: number;
  readonly maxRequestBytes: number;
  readonly maxStoredBytes: number;
  readonly originTimeout: number;
  readonly clientTimeout: number;
  readonly drainTimeout: number;
}

export const USAGE: string = `npm run gateway -- --origin URL [options]

  --origin URL             the server to put the cache before: http://localhost:3000
  --port N                 where to listen, 0 for a free port (default: 8080)
  --host ADDRESS           on which address (default: 127.0.0.1; 0.0.0.0 for all)
  --framework NAME         ${FRAMEWORKS.join(', ')} (default: express)
  --mode NAME              standard: what RFC 9111 allows a shared cache; safe: the defaults of cacheResponse (default: standard)
  --no-cache               passes everything on
  --store-set-cookie       stores answers that set cookies, and gives them to everybody (standard mode only)
  --backend WHERE          memory, sqlite:FOLDER, redis://HOST:PORT or memcached://HOST:PORT (default: memory)
  --health PATH            answered with 200 by the gateway itself
  --log FORMAT             text, json or off (default: text)
  --send-host WHOSE        the Host that the origin gets: client or origin (default: client)
  --forwarded POLICY       X-Forwarded-*: replace, append (behind a proxy you trust) or off (default: replace)
  --max-sockets N          connections to the origin (default: 100)
  --max-waiting N          requests that wait for one, before 503 (default: 1000)
  --max-header-bytes N     of a request (default: 16384)
  --max-request-bytes N    of a request's body, before 413 (default: 10485760)
  --max-stored-bytes N     of a response that is stored (default: 4194304)
  --origin-timeout SECONDS for the origin's head, and between parts of its body, before 504 (default: 30)
  --client-timeout SECONDS for a whole request to come in (default: 60)
  --drain SECONDS          that requests under way get after SIGTERM (default: 10)`;

/** Reads the command line. @throws StartError */
export function readOptions(args: readonly string[]): Options {
  const values = parse([...args]);
  const seconds = (name: SecondsOption): number => wholeNumber(values[name], `--${name}`, 1) * 1000;
  return {
    origin: readOrigin(values.origin),
    host: values.host,
    port: wholeNumber(values.port, '--port', 0, 65_535),
    framework: oneOf(values.framework, '--framework', FRAMEWORKS),
    mode: values['no-cache'] ? undefined : oneOf<Mode>(values.mode, '--mode', ['standard', 'safe']),
    storeSetCookie: values['store-set-cookie'],
    backend: values.backend,
    health: readPath(values.health),
    log: oneOf(values.log, '--log', ['text', 'json', 'off']),
    sendHost: oneOf(values['send-host'], '--send-host', ['client', 'origin']),
    forwarded: oneOf(values.forwarded, '--forwarded', ['replace', 'append', 'off']),
    maxSockets: wholeNumber(values['max-sockets'], '--max-sockets', 1),
    maxWaiting: wholeNumber(values['max-waiting'], '--max-waiting', 1),
    maxHeaderBytes: wholeNumber(values['max-header-bytes'], '--max-header-bytes', 1024),
    maxRequestBytes: wholeNumber(values['max-request-bytes'], '--max-request-bytes', 0),
    maxStoredBytes: wholeNumber(values['max-stored-bytes'], '--max-stored-bytes', 0),
    originTimeout: seconds('origin-timeout'),
    clientTimeout: seconds('client-timeout'),
    drainTimeout: seconds('drain'),
  };
}

type SecondsOption = 'origin-timeout' | 'client-timeout' | 'drain';

function parse(args: string[]): ReturnType<typeof parseWith> {
  try {
    return parseWith(args);
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

function parseWith(args: string[]) {
  const string = (fallback: string): { type: 'string'; default: string } => ({ type: 'string', default: fallback });
  return parseArgs({
    args,
    options: {
      origin: { type: 'string' },
      host: string('127.0.0.1'),
      port: string('8080'),
      framework: string('express'),
      mode: string('standard'),
      'no-cache': { type: 'boolean', default: false },
      'store-set-cookie': { type: 'boolean', default: false },
      backend: string('memory'),
      health: { type: 'string' },
      log: string('text'),
      'send-host': string('client'),
      forwarded: string('replace'),
      'max-sockets': string('100'),
      'max-waiting': string('1000'),
      'max-header-bytes': string('16384'),
      'max-request-bytes': string('10485760'),
      'max-stored-bytes': string('4194304'),
      'origin-timeout': string('30'),
      'client-timeout': string('60'),
      drain: string('10'),
    },
  }).values;
}

function readOrigin(text: string | undefined): URL {
  if (text === undefined) throw new StartError(`--origin is missing\n\n${USAGE}`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url !== undefined && url.pathname === '/' && url.search + url.hash + url.username + url.password === '';
  if (plain && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new StartError(`--origin is "${text}"; use a URL without a path, such as http://localhost:3000`);
}

function readPath(text: string | undefined): string | undefined {
  if (text === undefined || /^\/[^?#\s]*$/.test(text)) return text;
  throw new StartError(`--health is "${text}"; use a path such as /healthz`);
}

function oneOf<Word extends string>(text: string, option: string, words: readonly Word[]): Word {
  const word = words.find((one) => one === text);
  if (word !== undefined) return word;
  throw new StartError(`${option} is "${text}"; use ${words.join(' or ')}`);
}

function wholeNumber(text: string, option: string, least: number, most: number = 2 ** 31): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new StartError(`${option} is "${text}"; use a whole number from ${least} to ${most}`);
}
