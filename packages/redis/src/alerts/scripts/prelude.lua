-- What every script of alerts begins with.
-- KEYS[1] epoch   ARGV[1] prefix of all keys   ARGV[2] epoch that the caller knows ('' = none yet)   ARGV[3] sequence that it has seen
-- ARGV[4] msgpack of what the script is asked; whatever holds a number travels as text: numbers here are doubles
-- Reply: {status, sequence, epoch, what else there is to say}
local root, asked = ARGV[1], cmsgpack.unpack(ARGV[4])
local epoch = redis.call('GET', KEYS[1])
local sequence = tonumber(redis.call('GET', root .. 'sequence') or '0')
-- A Redis without an epoch was emptied; one with another epoch was restored since the caller looked; one that stands behind what the caller saw was set
-- back in time. In all three it does not know what the caller's decision was made from.
local isLost = not epoch or (ARGV[2] ~= '' and ARGV[2] ~= epoch) or sequence < tonumber(ARGV[3])
local deadCountMax, deliveryCountMax = 10000, '10000'

local function text(number) return string.format('%.0f', number) end

-- A revision unlike any before.
local began = sequence
local function nextRevision()
  sequence = sequence + 1
  return text(sequence)
end

local entries = {}
local function note(kind, name, body)
  local at = nextRevision()
  entries[#entries + 1] = {kind, name, at, body}
  return at
end

-- The one way to change anything durable: what is kept and what the journal says of it cannot differ. '' = gone.
local function keep(kind, name, body)
  if body == '' then redis.call('HDEL', root .. 'kept:' .. kind, name) else redis.call('HSET', root .. 'kept:' .. kind, name, body) end
  return note(kind, name, body)
end

-- Things of a queue carry their place in it, so that they can be put back in order.
local function ordered(body) return '{"order":"' .. text(sequence + 1) .. '",' .. string.sub(body, 2) end

local function kept(kind, name) return redis.call('HGET', root .. 'kept:' .. kind, name) end
-- Bodies may be megabytes: whoever only wants to know asks this.
local function has(kind, name) return redis.call('HEXISTS', root .. 'kept:' .. kind, name) == 1 end

-- One call is one entry of the journal, so that it reaches ClickHouse whole or not at all. Answers the entry's id and bytes too.
local function finish(status, more)
  local id, size = '', 0
  if #entries > 0 then
    local packed = cmsgpack.pack(entries)
    id, size = text(sequence) .. '-0', #packed
    redis.call('XADD', root .. 'journal', id, 'entries', packed)
    redis.call('INCRBY', root .. 'journal:bytes', size)
  end
  if sequence ~= began then redis.call('SET', root .. 'sequence', text(sequence)) end
  return {status, text(sequence), epoch or '', more or ''}, id, size
end

-- Ends a write of a state. Of writes that changed nothing else the journal needs the newest only: so it hardly grows while ClickHouse is away.
local function finishState(name, isThere)
  local last = redis.call('HGET', root .. 'journal:quiet', name)
  if last then
    local id, size = string.match(last, '^(%S+) (%d+)$')
    if redis.call('XDEL', root .. 'journal', id) == 1 then redis.call('DECRBY', root .. 'journal:bytes', size) end
    redis.call('HDEL', root .. 'journal:quiet', name)
  end
  local isQuiet = #entries == 1 and isThere
  local reply, id, size = finish('ok')
  if isQuiet then redis.call('HSET', root .. 'journal:quiet', name, id .. ' ' .. text(size)) end
  return reply
end

-- A lane's name is kept beside its state too, which may be megabytes of alerts.
local function laneBody(name, state) return '{"lane":' .. name .. ',"state":' .. state .. '}' end
local function keepLane(lane, name, body)
  redis.call('HSET', root .. 'lanes', lane, name)
  redis.call('HSET', root .. 'revisions', 'lane:' .. lane, keep('lane', lane, body))
end

local function isJournalFull(bytesMax) return tonumber(redis.call('GET', root .. 'journal:bytes') or '0') >= tonumber(bytesMax) end

-- Indexes of the outbox: they follow from what is kept and are not journalled themselves. A queue is one channel's; each channel has its own list of
-- due queues, so that one with many costs the others nothing.
local function dueOf(channel) return root .. 'queues:due:' .. channel end

local function putOff(channel, queue, atMs) redis.call('ZADD', dueOf(channel), atMs, queue) end

local function join(channel, queue, atMs)
  -- NX: a queue that waits for its next attempt, or is being sent, keeps its turn.
  redis.call('ZADD', dueOf(channel), 'NX', atMs, queue)
  redis.call('SADD', root .. 'queues:channels', channel)
end

local function leave(channel, queue)
  redis.call('ZREM', dueOf(channel), queue)
  if redis.call('EXISTS', dueOf(channel)) == 0 then redis.call('SREM', root .. 'queues:channels', channel) end
end

local function channelOf(id)
  local packed = redis.call('HGET', root .. 'placed', id)
  return packed and cmsgpack.unpack(packed)[2]
end

local function place(id, queue, channel, at)
  redis.call('HSET', root .. 'placed', id, cmsgpack.pack({queue, channel}))
  redis.call('ZADD', root .. 'queue:' .. queue, at, id)
  redis.call('SADD', root .. 'channel:' .. channel, id)
end

local function unplace(id, dueMs)
  local packed = redis.call('HGET', root .. 'placed', id)
  if not packed then return end
  local queue, channel = unpack(cmsgpack.unpack(packed))
  local key = root .. 'queue:' .. queue
  local isFirst = redis.call('ZRANGE', key, 0, 0)[1] == id
  redis.call('ZREM', key, id)
  redis.call('SREM', root .. 'channel:' .. channel, id)
  redis.call('HDEL', root .. 'placed', id)
  redis.call('HDEL', root .. 'attempts', id)
  if redis.call('EXISTS', key) == 0 then
    leave(channel, queue)
  elseif isFirst then
    putOff(channel, queue, dueMs)
  end
end

local function bury(id, row, death)
  local at = keep('dead', id, '{"letter":' .. cjson.encode(death) .. ',"row":' .. row .. '}')
  redis.call('ZADD', root .. 'dead:order', at, id)
  while redis.call('ZCARD', root .. 'dead:order') > deadCountMax do keep('dead', redis.call('ZPOPMIN', root .. 'dead:order')[1], '') end
end

local function deliver(of, outcome, reason, attempt, settledMs)
  redis.call('XADD', root .. 'deliveries', 'MAXLEN', '~', deliveryCountMax, '*',
    'of', of, 'outcome', outcome, 'reason', reason, 'attempt', attempt, 'settled_ms', settledMs)
end

-- A notification that waits already keeps its place; one for a channel that is switched off is a dead letter at once.
local function enqueue(id, queue, channel, row, nowMs)
  if has('notification', id) then return end
  local off = kept('channel', channel)
  if off then
    local reason = cjson.decode(off).reason
    bury(id, row, {reason = reason, attempt = '0', atMs = nowMs})
    return deliver(row, 'dead', reason, '0', nowMs)
  end
  place(id, queue, channel, keep('notification', id, ordered(row)))
  join(channel, queue, nowMs)
end

local function dequeue(id, dueMs)
  keep('notification', id, '')
  if has('attempt', id) then keep('attempt', id, '') end
  unplace(id, dueMs)
end
