import { DONE, type Script, script } from '../../backends/redis/scripts.ts';

/** `KEYS[1]` is a hash of the values, `KEYS[2]` a sorted set of the same keys in their order. */
const ORDER = `
local function append(key)
  local last = redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2]
  redis.call('ZADD', KEYS[2], (last or 0) + 1, key)
end
local function remove(key)
  redis.call('HDEL', KEYS[1], key)
  redis.call('ZREM', KEYS[2], key)
end
`;

/** `deadline, key, value, key, value…`: a key that is there keeps its place. */
export const SET: Script = script(`${ORDER}
for index = 2, #ARGV, 2 do
  if redis.call('HSET', KEYS[1], ARGV[index], ARGV[index + 1]) == 1 then append(ARGV[index]) end
end
return {${DONE}, now}`);

/** `deadline, key, value`: answers what is there already, if anything. */
export const ADD: Script = script(`${ORDER}
local there = redis.call('HGET', KEYS[1], ARGV[2])
if there then return {${DONE}, now, there} end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
append(ARGV[2])
return {${DONE}, now}`);

/** `deadline, key`: removes it and answers its value. */
export const TAKE: Script = script(`${ORDER}
local there = redis.call('HGET', KEYS[1], ARGV[2])
if not there then return {${DONE}, now} end
remove(ARGV[2])
return {${DONE}, now, there}`);

/** `deadline, side, whether to remove it (1)`: answers the outermost key and its value. */
export const END: Script = script(`${ORDER}
local range = ARGV[2] == 'front' and 'ZRANGE' or 'ZREVRANGE'
local key = redis.call(range, KEYS[2], 0, 0)[1]
if not key then return {${DONE}, now} end
local value = redis.call('HGET', KEYS[1], key)
if ARGV[3] == '1' then remove(key) end
return {${DONE}, now, key, value}`);

/** `deadline, position, how many, whether downwards (1)`: answers position, key and value of each beyond that position. */
export const PAGE: Script = script(`
local found
if ARGV[4] == '1' then found = redis.call('ZREVRANGEBYSCORE', KEYS[2], '(' .. ARGV[2], '-inf', 'WITHSCORES', 'LIMIT', 0, ARGV[3])
else found = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[2], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[3]) end
local answer = {${DONE}, now}
for index = 1, #found, 2 do
  answer[#answer + 1] = found[index + 1]
  answer[#answer + 1] = found[index]
  answer[#answer + 1] = redis.call('HGET', KEYS[1], found[index])
end
return answer`);
