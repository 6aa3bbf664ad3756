import { DONE, type Script, script } from '../../../backends/redis/scripts.ts';

/** Who reads the stream. */
const GROUP = 'writers';

/**
 * All keys of a journal begin with `KEYS[1]`, which has a hash tag, so that they lie on one node of a Cluster.
 *
 * `:writes` has the last write of each name, `:queue` (a stream) one entry for each name in it, from when it is written first until it is
 * settled: so a name is never handed out twice. `:dead` and `:reasons` have what was given up, `:state` the last sequence, the bytes and the identity.
 *
 * A record is `sequence acceptedAt waitingSince attempts alone kind length`, a line feed, the key (of that length) and the value.
 */
const COMMON = `
local writes, queue, dead = KEYS[1] .. ':writes', KEYS[1] .. ':queue', KEYS[1] .. ':dead'
local reasons, state = KEYS[1] .. ':reasons', KEYS[1] .. ':state'
local function whole(number) return string.format('%.0f', number) end
local function sizeOf(name, record) return record and 200 + 2 * #name + #record or 0 end
local function sequenceOf(record) return record and string.match(record, '^(%d+) ') end
local function addBytes(bytes) redis.call('HINCRBY', state, 'bytes', whole(bytes)) end
local function enqueue(name) return redis.call('XADD', queue, '*', 'name', name) end
local function leave(entry)
  redis.call('XACK', queue, '${GROUP}', entry)
  return redis.call('XDEL', queue, entry) == 1
end
`;

function journalScript(body: string): Script {
  return script(COMMON + body);
}

/** `deadline, most writes, most bytes, then name, kind, key, value each`: done, time, identity, and the sequence of each that found room. */
export const ACCEPT: Script = journalScript(`
redis.call('HSETNX', state, 'identity', whole(now))
local answer = {${DONE}, now, redis.call('HGET', state, 'identity')}
local most, mostBytes = tonumber(ARGV[2]), tonumber(ARGV[3])
local count = redis.call('HLEN', writes) + redis.call('HLEN', dead)
local bytes = tonumber(redis.call('HGET', state, 'bytes') or '0')
for i = 4, #ARGV, 4 do
  local name, kind, key, value = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local old, given = redis.call('HGET', writes, name), redis.call('HGET', dead, name)
  local sequence = whole(tonumber(redis.call('HGET', state, 'sequence') or '0') + 1)
  local since = old and string.match(old, '^%d+ %d+ (%d+)') or whole(now)
  local record = sequence .. ' ' .. whole(now) .. ' ' .. since .. ' 0 0 ' .. kind .. ' ' .. #key .. '\\n' .. key .. value
  local added = sizeOf(name, record) - sizeOf(name, old) - sizeOf(name, given)
  if not old and not given then count = count + 1 end
  bytes = bytes + added
  if count > most or bytes > mostBytes then break end
  redis.call('HSET', state, 'sequence', sequence)
  redis.call('HSET', writes, name, record)
  if given then
    redis.call('HDEL', dead, name)
    redis.call('HDEL', reasons, name)
  end
  if not old then enqueue(name) end
  addBytes(added)
  answer[#answer + 1] = sequence
end
return answer`);

/**
 * `deadline, consumer, count, silence, cursor, age`: entries of that age, in milliseconds, that nobody has (with '' of any age), and with a cursor those of
 * consumers that were silent for so long. Done, time, next cursor, identity, the next entry or '', then entry, name and record of each.
 */
export const FETCH: Script = journalScript(`
if redis.call('EXISTS', queue) == 0 then return {${DONE}, now, '0-0', '', ''} end
redis.pcall('XGROUP', 'CREATE', queue, '${GROUP}', '0')
local answer = {${DONE}, now, '0-0', redis.call('HGET', state, 'identity') or '', ''}
local function add(entry, name)
  local record = redis.call('HGET', writes, name)
  if not record then leave(entry) return end
  answer[#answer + 1] = entry
  answer[#answer + 1] = name
  answer[#answer + 1] = record
end
if ARGV[5] ~= '' then
  local silent = redis.call('XAUTOCLAIM', queue, '${GROUP}', ARGV[2], ARGV[4], ARGV[5], 'COUNT', ARGV[3])
  answer[3] = silent[1]
  for _, each in ipairs(silent[2]) do if each then add(each[1], each[2][2]) end end
end
local function delivered()
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', queue)) do
    local about = {}
    for i = 1, #group, 2 do about[group[i]] = group[i + 1] end
    if about['name'] == '${GROUP}' then return about['last-delivered-id'] end
  end
end
local newest = ARGV[6] == '' and '+' or whole(now - tonumber(ARGV[6]))
local ripe = redis.call('XRANGE', queue, '(' .. delivered(), newest, 'COUNT', ARGV[3])
if #ripe > 0 then
  local fresh = redis.call('XREADGROUP', 'GROUP', '${GROUP}', ARGV[2], 'COUNT', #ripe, 'STREAMS', queue, '>')
  for _, each in ipairs(fresh[1][2]) do add(each[1], each[2][2]) end
end
local after = redis.call('XRANGE', queue, '(' .. delivered(), '+', 'COUNT', 1)[1]
if after then answer[5] = after[1] end
return answer`);

/** `deadline, name…`: done, time, identity, and the record of each name or ''. */
export const READ: Script = journalScript(`
local answer = {${DONE}, now, redis.call('HGET', state, 'identity') or ''}
for i = 2, #ARGV do answer[#answer + 1] = redis.call('HGET', writes, ARGV[i]) or '' end
return answer`);

/** `deadline, consumer, idle or '', entry…`: says that the consumer still has these entries, or (with idle) that others may have them. Done, time, those it has not. */
export const KEEP: Script = journalScript(`
local answer = {${DONE}, now}
for i = 4, #ARGV do
  local found = redis.call('XPENDING', queue, '${GROUP}', ARGV[i], ARGV[i], 1)[1]
  if not found or found[2] ~= ARGV[2] then answer[#answer + 1] = ARGV[i]
  elseif ARGV[3] == '' then redis.call('XCLAIM', queue, '${GROUP}', ARGV[2], 0, ARGV[i], 'JUSTID')
  else redis.call('XCLAIM', queue, '${GROUP}', ARGV[2], 0, ARGV[i], 'IDLE', ARGV[3], 'JUSTID') end
end
return answer`);

/**
 * `deadline, then entry, name, sequence, result, attempts, alone, reason each`. Where a later write of the name is there, that one gets an entry of its
 * own. Done, time, the last entry that was made for such a one or '', and the entries that stay.
 */
export const SETTLE: Script = journalScript(`
local answer = {${DONE}, now, ''}
for i = 2, #ARGV, 7 do
  local entry, name, sequence, result = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local attempts, alone, reason = ARGV[i + 4], ARGV[i + 5], ARGV[i + 6]
  local record = redis.call('HGET', writes, name)
  if sequenceOf(record) ~= sequence then
    if leave(entry) and record then answer[3] = enqueue(name) end
  elseif result == 'done' then
    leave(entry)
    redis.call('HDEL', writes, name)
    addBytes(-sizeOf(name, record))
  else
    local tried = string.gsub(record, '^(%d+ %d+ %d+) %d+ %d+', '%1 ' .. attempts .. ' ' .. alone, 1)
    addBytes(#tried - #record)
    if result == 'again' then
      redis.call('HSET', writes, name, tried)
      answer[#answer + 1] = entry
    else
      leave(entry)
      redis.call('HDEL', writes, name)
      redis.call('HSET', dead, name, tried)
      redis.call('HSET', reasons, name, reason)
    end
  end
end
return answer`);

/** `deadline`: done, time, pending, dead, bytes, the first entry of the queue or '', the last one or ''. */
export const BACKLOG: Script = journalScript(`
local first, last = redis.call('XRANGE', queue, '-', '+', 'COUNT', 1)[1], redis.call('XREVRANGE', queue, '+', '-', 'COUNT', 1)[1]
return {${DONE}, now, redis.call('HLEN', writes), redis.call('HLEN', dead), redis.call('HGET', state, 'bytes') or '0',
  first and first[1] or '', last and last[1] or ''}`);

/** `deadline`: done, time, identity, then name, record and reason of each dead write. */
export const DEAD: Script = journalScript(`
local answer = {${DONE}, now, redis.call('HGET', state, 'identity') or ''}
local all = redis.call('HGETALL', dead)
for i = 1, #all, 2 do
  answer[#answer + 1] = all[i]
  answer[#answer + 1] = all[i + 1]
  answer[#answer + 1] = redis.call('HGET', reasons, all[i]) or ''
end
return answer`);

/** `deadline, 'replay' or 'discard', name…`: done, time, how many of these names were dead and are pending now, or are gone. */
export const REVIVE: Script = journalScript(`
local count = 0
for i = 3, #ARGV do
  local name = ARGV[i]
  local record = redis.call('HGET', dead, name)
  if record then
    count = count + 1
    redis.call('HDEL', dead, name)
    redis.call('HDEL', reasons, name)
    if ARGV[2] == 'discard' then addBytes(-sizeOf(name, record))
    else
      local again = string.gsub(record, '^(%d+ %d+) %d+ %d+ %d+', '%1 ' .. whole(now) .. ' 0 1', 1)
      addBytes(#again - #record)
      redis.call('HSET', writes, name, again)
      enqueue(name)
    end
  end
end
return {${DONE}, now, count}`);

/** `deadline, consumer`: forgets the consumer if it has nothing, and those that have had nothing for an hour. Done, time. */
export const LEAVE: Script = journalScript(`
local consumers = redis.pcall('XINFO', 'CONSUMERS', queue, '${GROUP}')
if consumers.err then return {${DONE}, now} end
for _, each in ipairs(consumers) do
  local about = {}
  for i = 1, #each, 2 do about[each[i]] = each[i + 1] end
  local isGone = about['name'] == ARGV[2] or about['idle'] > 3600000
  if isGone and about['pending'] == 0 then redis.call('XGROUP', 'DELCONSUMER', queue, '${GROUP}', about['name']) end
end
return {${DONE}, now}`);
