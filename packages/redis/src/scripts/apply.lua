-- The only moment at which anything becomes true: one batch of one partition, whole or not at all.
-- KEYS[1] cursor   ARGV[1] key prefix of the partition   ARGV[2] expected next_offset ('' = no cursor yet)   ARGV[3] msgpack of the batch
-- ARGV[4...] binary blobs, named in the batch by their place here (this msgpack knows no binary type)
-- Reply: {'ok', outbox bytes, complete through ms} | {'refused', next_offset found} | {'overflow', cell, field, error}
local found = redis.call('HGET', KEYS[1], 'next_offset') or ''
if found ~= ARGV[2] then return {'refused', found} end

local prefix = ARGV[1]
local batch = cmsgpack.unpack(ARGV[3])
local cursor, increments, outbox, seen, dropped, timelines, slices = unpack(batch, 1, 7)
-- Facts of two settings never meet in one generation, whatever two first starts believed.
local definitions = redis.call('HGET', KEYS[1], 'definitions')
if definitions and definitions ~= cursor[3] then return {'refused', found} end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- A script does not roll back by itself: increments come first, and the ones done are taken back when one fails.
local function undo(last, lastField)
  for i = 1, last do
    local key, fields = prefix .. increments[i][1], increments[i][3]
    local expired = increments[i][2] > 0 and increments[i][2] <= now
    local stop = i == last and lastField - 1 or #fields
    if not expired then
      for f = 1, stop, 2 do
        local value = fields[f + 1]
        local opposite = string.sub(value, 1, 1) == '-' and string.sub(value, 2) or '-' .. value
        if redis.call('HINCRBY', key, fields[f], opposite) == 0 then redis.call('HDEL', key, fields[f]) end
      end
    end
  end
end

for i = 1, #increments do
  local key, expires, fields = prefix .. increments[i][1], increments[i][2], increments[i][3]
  -- An expired group is not written: it would come back holding only this batch.
  if expires == 0 or expires > now then
    for f = 1, #fields, 2 do
      local sum = redis.pcall('HINCRBY', key, fields[f], fields[f + 1])
      if type(sum) == 'table' then
        undo(i, f)
        -- Only a full counter is the event's fault. Anything else (no memory left, a foreign value) is the server's, and passes or needs a person.
        if not string.find(sum.err, 'overflow', 1, true) then return redis.error_reply(sum.err) end
        return {'overflow', increments[i][1], fields[f], sum.err}
      end
      if sum == 0 then redis.call('HDEL', key, fields[f]) end
    end
    if expires > 0 then redis.call('PEXPIREAT', key, expires) end
  end
end

for i = 1, #increments do
  if increments[i][4] ~= '' then redis.call('SADD', prefix .. increments[i][4], increments[i][5]) end
end

-- The entry's id is the next offset, so that it can be trimmed by offset alone.
local outboxBytes = 0
if #outbox > 0 then
  local fields = {}
  for f = 1, #outbox, 2 do
    local blob = ARGV[outbox[f + 1]]
    fields[f], fields[f + 1] = outbox[f], blob
    outboxBytes = outboxBytes + #blob
  end
  redis.call('XADD', prefix .. 'outbox', cursor[1] .. '-0', unpack(fields))
end
-- Buckets of ids and slice names are listed beside their keys, so that an assignment need not scan the whole server for them.
for i = 1, #seen do
  redis.call('APPEND', prefix .. 'seen:' .. seen[i][1], ARGV[seen[i][2]])
  redis.call('HSET', prefix .. 'seen', seen[i][1], seen[i][3])
end
for i = 1, #dropped do
  redis.call('UNLINK', prefix .. 'seen:' .. dropped[i])
  redis.call('HDEL', prefix .. 'seen', dropped[i])
end
for i = 1, #timelines do
  local key, fields = prefix .. timelines[i][1], timelines[i][2]
  for f = 1, #fields, 4000 do redis.call('HSET', key, unpack(fields, f, math.min(f + 3999, #fields))) end
end
for i = 1, #slices do
  redis.call('SADD', prefix .. slices[i][1], unpack(slices[i][2]))
  redis.call('SADD', prefix .. 'values', slices[i][1])
end

-- max_day bounds how far a reader looks into the future.
local maxDay = math.max(tonumber(redis.call('HGET', KEYS[1], 'max_day') or '0'), cursor[2])
-- A consumer's clock that once ran ahead must not promise what is still to come; what was promised stays promised.
local stored = math.min(tonumber(redis.call('HGET', KEYS[1], 'complete_through_ms') or '0'), now)
local complete = string.format('%.0f', math.max(stored, math.min(cursor[4], now)))
redis.call('HSET', KEYS[1], 'next_offset', cursor[1], 'max_day', maxDay, 'definitions', cursor[3], 'complete_through_ms', complete, unpack(cursor, 5))
local bytes = redis.call('HINCRBY', KEYS[1], 'outbox_bytes', outboxBytes)
return {'ok', bytes, complete}
