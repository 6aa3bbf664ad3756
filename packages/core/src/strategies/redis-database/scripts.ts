import { DONE, type Script, script } from '../../backends/redis/scripts.ts';

/**
 * `KEYS[1]` is a hash of the values, `KEYS[2]` a sorted set of the keys that the other database has not got yet, by the stamp of their last write,
 * `KEYS[3]` a hash with the last stamp and with the epoch, a random text that tells these stamps from those before Redis lost its data. A stamp is
 * the microseconds of the server's clock, and higher than all before it.
 */
const MARK = `
local function mark(key)
  local last = tonumber(redis.call('HGET', KEYS[3], 'last') or 0)
  local stamp = string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2]))
  redis.call('HSET', KEYS[3], 'last', stamp)
  redis.call('ZADD', KEYS[2], stamp, key)
end
`;

/** `deadline, epoch, key, value, key, value…`. */
export const SAVE: Script = script(`${MARK}
redis.call('HSETNX', KEYS[3], 'epoch', ARGV[2])
for index = 3, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[index], ARGV[index + 1])
  mark(ARGV[index])
end
return {${DONE}, now}`);

/** `deadline, epoch, key`. A key that is not there is marked too: the other database may have it. */
export const REMOVE: Script = script(`${MARK}
redis.call('HSETNX', KEYS[3], 'epoch', ARGV[2])
redis.call('HDEL', KEYS[1], ARGV[3])
mark(ARGV[3])
return {${DONE}, now}`);

/** `deadline, key, value, key, value…`: sets those that are not there, without a mark. Answers how many. */
export const RESTORE: Script = script(`
local restored = 0
for index = 2, #ARGV, 2 do
  if not redis.call('ZSCORE', KEYS[2], ARGV[index]) then
    restored = restored + redis.call('HSETNX', KEYS[1], ARGV[index], ARGV[index + 1])
  end
end
return {${DONE}, now, restored}`);

/** `deadline, stamp, how many`: answers the epoch, then key, stamp and value (nil: removed) of each marked key beyond that stamp. */
export const MARKED: Script = script(`
local found = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[2], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[3])
local answer = {${DONE}, now, redis.call('HGET', KEYS[3], 'epoch')}
for index = 1, #found, 2 do
  answer[#answer + 1] = found[index]
  answer[#answer + 1] = found[index + 1]
  answer[#answer + 1] = redis.call('HGET', KEYS[1], found[index])
end
return answer`);

/** `deadline, key, stamp, key, stamp…`: takes the marks away of keys that were not written since. */
export const SETTLE: Script = script(`
for index = 2, #ARGV, 2 do
  local stamp = redis.call('ZSCORE', KEYS[2], ARGV[index])
  if stamp and tonumber(stamp) == tonumber(ARGV[index + 1]) then redis.call('ZREM', KEYS[2], ARGV[index]) end
end
return {${DONE}, now}`);

/** `deadline, key, key…`: marks keys again that were written by somebody who may have been late. */
export const MARK_AGAIN: Script = script(`${MARK}
for index = 2, #ARGV do mark(ARGV[index]) end
return {${DONE}, now}`);

/** `deadline`: answers how many keys are marked, and for how many milliseconds the oldest of them has been. */
export const PENDING: Script = script(`
local oldest = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2]
local age = oldest and math.max(0, math.floor(now - tonumber(oldest) / 1000)) or 0
return {${DONE}, now, redis.call('ZCARD', KEYS[2]), age}`);

/** `deadline, token, milliseconds`, of one key: takes or renews the lease. Answers whether it is ours (1). */
export const LEASE: Script = script(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[2] then return {${DONE}, now, 0} end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return {${DONE}, now, 1}`);

/** `deadline, token`, of one key: gives the lease back, if it is ours. */
export const RELEASE: Script = script(`
if redis.call('GET', KEYS[1]) == ARGV[2] then redis.call('DEL', KEYS[1]) end
return {${DONE}, now}`);
