-- Makes one look at a lane true: what it knows now, the arrivals that this used up, and its messages in the outbox, all or nothing.
-- asked: lane, its name, expected revision, state ('' = nothing to remember), arrivals used up, notifications [id, queue, channel, row, kind],
--        due ('' = when something arrives), now, bounds [journal bytes, notifications]
local lane, name, expected, state, consumedCount, notifications, dueMs, nowMs, bounds = unpack(asked, 1, 9)
if isLost then return finish('lost') end
if (redis.call('HGET', root .. 'revisions', 'lane:' .. lane) or '0') ~= expected then return finish('refused') end
if isJournalFull(bounds[1]) then return finish('full') end
if #notifications > 0 and redis.call('HLEN', root .. 'kept:notification') + #notifications > tonumber(bounds[2]) then return finish('full') end

-- A repeat behind something that waits would be old when its turn comes; the next one says the same, or better.
local isBusy = {}
for _, one in ipairs(notifications) do isBusy[one[2]] = redis.call('EXISTS', root .. 'queue:' .. one[2]) == 1 end
for _, one in ipairs(notifications) do
  if one[5] ~= 'repeat' or not isBusy[one[2]] then enqueue(one[1], one[2], one[3], one[4], nowMs) end
end
local arrivals = root .. 'arrivals:' .. lane
if tonumber(consumedCount) > 0 then
  for _, transition in ipairs(redis.call('ZRANGE', arrivals, 0, tonumber(consumedCount) - 1)) do
    keep('arrival', lane .. ':' .. transition, '')
    redis.call('ZREM', arrivals, transition)
    if redis.call('HINCRBY', root .. 'records:users', transition, -1) == 0 then
      redis.call('HDEL', root .. 'records:users', transition)
      redis.call('HDEL', root .. 'records', transition)
    end
  end
end
local isLeft = redis.call('EXISTS', arrivals) == 1
local isSame = false
if state == '' and not isLeft then
  if has('lane', lane) then keep('lane', lane, '') end
  redis.call('HDEL', root .. 'lanes', lane)
  redis.call('HDEL', root .. 'revisions', 'lane:' .. lane)
else
  local body = laneBody(name, state == '' and 'null' or state)
  isSame = #entries == 0 and kept('lane', lane) == body
  -- Most looks change nothing: only plans from before this one must know.
  if isSame then redis.call('HSET', root .. 'revisions', 'lane:' .. lane, nextRevision()) else keepLane(lane, name, body) end
end
if isLeft then
  -- They came after the plan was made: it cannot say when they want to be looked at.
  redis.call('ZADD', root .. 'lanes:due', nowMs, lane)
elseif dueMs == '' or state == '' then
  redis.call('ZREM', root .. 'lanes:due', lane)
else
  redis.call('ZADD', root .. 'lanes:due', dueMs, lane)
end
if isSame then return finish('ok') end
return finishState('lane:' .. lane, state ~= '')
