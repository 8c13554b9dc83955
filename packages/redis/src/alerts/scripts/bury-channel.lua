-- Makes dead letters of what waits for a channel that is switched off, a part at a time. More: how many there were in this part.
-- asked: channel, reason, now, how many at most
if isLost then return finish('lost') end
local channel, reason, nowMs, countMax = unpack(asked, 1, 4)
if not has('channel', channel) then return finish('ok', '0') end
local ids = redis.call('SRANDMEMBER', root .. 'channel:' .. channel, countMax)
-- In the order in which they were written, so that they come back in it.
local places = {}
for _, id in ipairs(ids) do
  local queue = cmsgpack.unpack(redis.call('HGET', root .. 'placed', id))[1]
  places[id] = tonumber(redis.call('ZSCORE', root .. 'queue:' .. queue, id))
end
table.sort(ids, function(a, b) return places[a] < places[b] end)
for _, id in ipairs(ids) do
  local row, attempt = kept('notification', id), redis.call('HGET', root .. 'attempts', id) or '0'
  dequeue(id, nowMs)
  bury(id, row, {reason = reason, attempt = attempt, atMs = nowMs})
  deliver(row, 'dead', reason, attempt, nowMs)
end
return finish('ok', text(#ids))
