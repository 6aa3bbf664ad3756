import { DONE, type Script, script } from './scripts.ts';

/** Records that a log keeps; older ones are trimmed away. */
const MAX_RECORDS = 100_000;

/**
 * A log is a stream whose records have the ids `<position>-0`, each position one more than the last. So a reader sees that a
 * record is missing, and what lies before the first one is what was trimmed or lost.
 *
 * A log that is not there, or that ends before a position that somebody has seen (the server lost records), begins anew above all
 * positions that there can have been: at the microseconds since 1970 of the server's clock, or after the position that was
 * seen if that is more. All that was stored before is invalid by that.
 */
const LOG = `
local function add(position, names)
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ${MAX_RECORDS}, string.format('%.0f-0', position), 'names', names)
end
local function positionOf(records)
  return records[1] and tonumber(string.match(records[1][1], '^%d+')) or 0
end
local function last() return positionOf(redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)) end
local function begin(seen)
  redis.call('DEL', KEYS[1])
  local position = math.max(seen, time[1] * 1000000 + time[2]) + 2
  add(position, '[]')
  return position
end
`;

/** `deadline, newest position seen, names as JSON`: adds a record. Answers done and its position. */
export const APPEND: Script = script(`${LOG}
local seen = tonumber(ARGV[2])
local head = last()
if head == 0 or head < seen then head = begin(seen) end
add(head + 1, ARGV[3])
return {${DONE}, now, head + 1}`);

/**
 * `deadline, newest position seen`, with a second key of the same slot that says which run of which server the log is of: another
 * run may have lost records that were acknowledged (replication and snapshots lag behind), so that the log begins anew. Answers done, the first and
 * the last position.
 */
export const OPEN: Script = script(`${LOG}
local info = redis.pcall('INFO', 'server')
local run = type(info) == 'string' and string.match(info, 'run_id:(%x+)') or 'unknown'
local head = last()
if head == 0 or head < tonumber(ARGV[2]) or redis.call('GET', KEYS[2]) ~= run then
  head = begin(math.max(head, tonumber(ARGV[2])))
  redis.call('SET', KEYS[2], run)
end
return {${DONE}, now, positionOf(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)), head}`);
