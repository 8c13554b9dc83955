-- Puts back what ClickHouse knows and this Redis does not: what was written after the sequence at which it stands.
-- asked: 'open', token, sequence of the snapshot -> `ok` with the sequence it stands at, or `refused` where it knows everything
--        'rows', token, rows [kind, name, sequence, body, ...] in the order of their sequence
--        'close', token, epoch, sequence to go on from, since when ClickHouse is whole ('' = it knows nothing of this)
-- Doing a part again changes nothing, so a restore that was broken off is begun anew; until it is closed every write is refused as lost.
local step, token = asked[1], asked[2]
if step == 'open' then
  if epoch and sequence >= tonumber(asked[3]) then return finish('refused') end
  redis.call('DEL', KEYS[1])
  redis.call('SET', root .. 'restoring', token)
  epoch = false
  return finish('ok')
end
if redis.call('GET', root .. 'restoring') ~= token then return finish('lost') end
if step == 'close' then
  redis.call('DEL', root .. 'restoring', root .. 'epoch:untold')
  epoch, sequence = asked[3], tonumber(asked[4])
  redis.call('SET', KEYS[1], epoch)
  redis.call('SET', root .. 'sequence', asked[4])
  if asked[5] ~= '' then keep('epoch', 'epoch', cjson.encode({epoch = epoch, since = asked[5]})) end
  return finish('ok')
end

local apply = {}
function apply.transition(name, at, body)
  local last = redis.call('XREVRANGE', root .. 'history', '+', '-', 'COUNT', 1)[1]
  if last and tonumber(string.match(last[1], '^%d+')) >= tonumber(at) then return end
  redis.call('XADD', root .. 'history', at .. '-0', 'id', name, 'record', body)
end
function apply.record(name, _, body) redis.call('HSET', root .. 'records', name, body) end
function apply.rule(name, _, body, revision)
  if body ~= '' then redis.call('HSET', root .. 'revisions', 'rule:' .. name, revision) end
end
function apply.removed(name, _, body, revision)
  if body ~= '' then redis.call('HSET', root .. 'revisions', 'rule:' .. name, revision) end
end
function apply.lane(name, at, body, laneName)
  if body == '' then
    redis.call('HDEL', root .. 'lanes', name)
    redis.call('HDEL', root .. 'revisions', 'lane:' .. name)
    redis.call('ZREM', root .. 'lanes:due', name)
  else
    redis.call('HSET', root .. 'lanes', name, laneName)
    redis.call('HSET', root .. 'revisions', 'lane:' .. name, at)
    -- Whatever would have woken it may be over: it is looked at at once.
    redis.call('ZADD', root .. 'lanes:due', 0, name)
  end
end
function apply.arrival(name, _, body, order)
  local lane, transition = string.match(name, '^(.-):(.*)$')
  local isKnown = redis.call('ZSCORE', root .. 'arrivals:' .. lane, transition)
  if body == '' then
    redis.call('ZREM', root .. 'arrivals:' .. lane, transition)
    if isKnown and redis.call('HINCRBY', root .. 'records:users', transition, -1) == 0 then
      redis.call('HDEL', root .. 'records:users', transition)
      redis.call('HDEL', root .. 'records', transition)
    end
  else
    redis.call('ZADD', root .. 'arrivals:' .. lane, order, transition)
    if not isKnown then redis.call('HINCRBY', root .. 'records:users', transition, 1) end
  end
end
function apply.notification(name, _, body, order, queue, channel)
  if body == '' then return unplace(name, '0') end
  place(name, queue, channel, order)
  join(channel, queue, 0)
end
function apply.attempt(name, _, body, attempt, dueMs)
  local packed = redis.call('HGET', root .. 'placed', name)
  if body == '' or not packed then return end
  redis.call('HSET', root .. 'attempts', name, attempt)
  local queue, channel = unpack(cmsgpack.unpack(packed))
  putOff(channel, queue, dueMs)
end
function apply.dead(name, at, body)
  if body == '' then redis.call('ZREM', root .. 'dead:order', name) else redis.call('ZADD', root .. 'dead:order', at, name) end
end

for _, row in ipairs(asked[3]) do
  local kind, name, at, body, first, second, third = unpack(row, 1, 7)
  if kind ~= 'transition' and kind ~= 'record' and kind ~= 'epoch' then
    if body == '' then redis.call('HDEL', root .. 'kept:' .. kind, name) else redis.call('HSET', root .. 'kept:' .. kind, name, body) end
  end
  if apply[kind] then apply[kind](name, at, body, first, second, third) end
end
return finish('ok')
