-- Hands out the first notification of each queue that is due, under a lease: whoever claims it has until then to settle it.
-- asked: now, end of the lease, how many at most, how many of one channel, [channel, how many of these the caller has under way already]
-- more: [queue, id, attempt, row]...
if isLost then return finish('lost') end
local nowMs, leaseEndMs, left, busy = asked[1], asked[2], tonumber(asked[3]), {}
for _, one in ipairs(asked[5]) do busy[one[1]] = tonumber(one[2]) end
-- The channel that has waited longest first.
local channels, since = {}, {}
for _, channel in ipairs(redis.call('SMEMBERS', root .. 'queues:channels')) do
  local first = redis.call('ZRANGEBYSCORE', dueOf(channel), '-inf', nowMs, 'WITHSCORES', 'LIMIT', 0, 1)
  if first[1] then
    channels[#channels + 1], since[channel] = channel, tonumber(first[2])
  end
end
table.sort(channels, function(a, b)
  if since[a] == since[b] then return a < b end
  return since[a] < since[b]
end)
local claimed = {}
for _, channel in ipairs(channels) do
  local room = math.max(0, math.min(left, tonumber(asked[4]) - (busy[channel] or 0)))
  for _, queue in ipairs(redis.call('ZRANGEBYSCORE', dueOf(channel), '-inf', nowMs, 'LIMIT', 0, text(room))) do
    local id = redis.call('ZRANGE', root .. 'queue:' .. queue, 0, 0)[1]
    if id then
      putOff(channel, queue, leaseEndMs)
      claimed[#claimed + 1] = {queue, id, text(redis.call('HINCRBY', root .. 'attempts', id, 1)), kept('notification', id)}
      left = left - 1
    else
      leave(channel, queue)
    end
  end
end
return finish('ok', claimed)
