import { DONE, type Script, script } from '../../backends/redis/scripts.ts';

/** Each item is a list element: when it expires, in milliseconds of the server's clock as a double, and its bytes. */
export const HEADER = 8;

const OUTERMOST = `
local function live(element) return struct.unpack('>d', element) > now end
local pop = ARGV[2] == 'front' and 'LPOP' or 'RPOP'
`;

/** `deadline, side, milliseconds to live or 'inf', maximum or 'inf', items…`: answers how many there are. */
export const PUSH: Script = script(`
local push, drop = 'RPUSH', 'LPOP'
if ARGV[2] == 'front' then push, drop = 'LPUSH', 'RPOP' end
local expire = ARGV[3] == 'inf' and math.huge or now + tonumber(ARGV[3])
local header = struct.pack('>d', expire)
for index = 5, #ARGV do redis.call(push, KEYS[1], header .. ARGV[index]) end
local length = redis.call('LLEN', KEYS[1])
if ARGV[4] ~= 'inf' then
  for _ = 1, length - tonumber(ARGV[4]) do redis.call(drop, KEYS[1]) end
  length = math.min(length, tonumber(ARGV[4]))
end
return {${DONE}, now, length}`);

/** `deadline, side, count`: answers what it took away. */
export const PULL: Script = script(`${OUTERMOST}
local pulled = {${DONE}, now}
while #pulled < tonumber(ARGV[3]) + 2 do
  local element = redis.call(pop, KEYS[1])
  if not element then break end
  if live(element) then pulled[#pulled + 1] = string.sub(element, ${HEADER + 1}) end
end
return pulled`);

/** `deadline, side`: answers the outermost item, after dropping those that are expired. */
export const PEEK: Script = script(`${OUTERMOST}
local at = ARGV[2] == 'front' and 0 or -1
while true do
  local element = redis.call('LINDEX', KEYS[1], at)
  if not element then return {${DONE}, now} end
  if live(element) then return {${DONE}, now, string.sub(element, ${HEADER + 1})} end
  redis.call(pop, KEYS[1])
end`);

/** `deadline, steps`: answers nothing. */
export const ROTATE: Script = script(`
local steps, length = tonumber(ARGV[2]), redis.call('LLEN', KEYS[1])
if length > 1 then
  for _ = 1, math.abs(steps) % length do
    if steps > 0 then redis.call('RPOPLPUSH', KEYS[1], KEYS[1])
    else redis.call('RPUSH', KEYS[1], redis.call('LPOP', KEYS[1])) end
  end
end
return {${DONE}, now}`);

/** `deadline, index, index`: answers the items of that range that are not expired, and how many elements the range has. */
export const RANGE: Script = script(`${OUTERMOST}
local elements = redis.call('LRANGE', KEYS[1], ARGV[2], ARGV[3])
local items = {${DONE}, now, #elements}
for _, element in ipairs(elements) do
  if live(element) then items[#items + 1] = string.sub(element, ${HEADER + 1}) end
end
return items`);

/** `deadline`: removes the key. */
export const REMOVE: Script = script(`
redis.call('UNLINK', unpack(KEYS))
return {${DONE}, now}`);
