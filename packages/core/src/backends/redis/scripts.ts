import { createHash } from 'node:crypto';
import { KEY_AT, NUMBERS_AT, TOKEN_AT, TOKEN_LENGTH } from '../../codecs/envelope.ts';
import type { RedisClient } from './client.ts';

/** A Lua script of one key, known to servers by its hash. */
export interface Script {
  readonly lua: string;
  readonly hash: string;
}

/** What a script says first: whether it was in time. */
export const LATE = 0;
export const DONE = 1;
export const REFUSED = 2;

/**
 * Every script begins by looking at the server's clock: from `ARGV[1]` on, in milliseconds of that clock, it does
 * nothing. What it returns begins with one of the numbers above and what the clock showed.
 */
const IN_TIME = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if now >= tonumber(ARGV[1]) then return {${LATE}, now} end
`;

export function script(body: string): Script {
  const lua = IN_TIME + body;
  return { lua, hash: createHash('sha1').update(lua).digest('hex') };
}

export type ScriptArgument = string | number | Buffer;

/** Runs a script, by its hash; with its text where the server does not know it. Texts in the answer are buffers. */
export async function evaluate(
  client: RedisClient,
  { lua, hash }: Script,
  keys: readonly string[],
  parameters: readonly ScriptArgument[],
): Promise<unknown[]> {
  try {
    return (await client.callBuffer('EVALSHA', hash, keys.length, ...keys, ...parameters)) as unknown[];
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return (await client.callBuffer('EVAL', lua, keys.length, ...keys, ...parameters)) as unknown[];
  }
}

/** Asks for the time where a key is kept; never in time itself, so it says nothing but that. */
export const LOOK_AT_CLOCK: Script = script('');

/** A failed write (no memory left) must not leave the older value behind. */
const WRITE = `
local function write(value, ttl)
  local written
  if ttl == '' then written = redis.pcall('SET', KEYS[1], value)
  else written = redis.pcall('SET', KEYS[1], value, 'PX', ttl) end
  if type(written) == 'table' and written.err then
    redis.call('DEL', KEYS[1])
    return written
  end
end
`;

/** `deadline, value, milliseconds to live or ''`: stores. Answers done. */
export const SET: Script = script(`${WRITE}
return write(ARGV[2], ARGV[3]) or {${DONE}, now}`);

/** `deadline, tombstone, its milliseconds to live`: replaces what is there. Answers done and the header of what was there. */
export const REPLACE: Script = script(`${WRITE}
local there = redis.pcall('GETRANGE', KEYS[1], 0, ${KEY_AT - 1})
if type(there) == 'table' then there = '' end
write(ARGV[2], ARGV[3])
-- A tombstone that finds no room is no failure: the entry is gone.
return {${DONE}, now, there}`);

/**
 * `deadline, value, milliseconds to live or '', token`: stores if the entry there has that token or is gone, without a
 * token only if there is none. Answers done or refused.
 */
export const SWAP: Script = script(`${WRITE}
if redis.call('EXISTS', KEYS[1]) == 1 then
  if #ARGV < 4 then return {${REFUSED}, now} end
  local token = redis.pcall('GETRANGE', KEYS[1], ${TOKEN_AT}, ${TOKEN_AT + TOKEN_LENGTH - 1})
  if type(token) == 'table' then token = '' end
  if token ~= ARGV[4] then return {${REFUSED}, now} end
end
return write(ARGV[2], ARGV[3]) or {${DONE}, now}`);

/**
 * `deadline, instant`: removes what was stored up to that instant. Tombstones stay, because a load that began before a
 * deletion must find them; what cannot be read goes.
 */
export const SWEEP: Script = script(`
local times = redis.pcall('GETRANGE', KEYS[1], ${NUMBERS_AT}, ${NUMBERS_AT + 15})
if type(times) == 'string' and #times == 16 then
  local storedAt, staleAt = struct.unpack('>dd', times)
  if staleAt == 0 or storedAt > tonumber(ARGV[2]) then return {${REFUSED}, now} end
end
redis.call('UNLINK', KEYS[1])
return {${DONE}, now}`);
