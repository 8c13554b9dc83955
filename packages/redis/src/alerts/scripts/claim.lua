-- Hands out the first notification of each queue that is due, under a lease: whoever claims it has until then to settle it.
-- asked: now, end of the lease, how many at most
-- more: [queue, id, attempt, row]...
if isLost then return finish('lost') end
local due = root .. 'queues:due'
local claimed = {}
for _, queue in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', asked[1], 'LIMIT', 0, asked[3])) do
  local id = redis.call('ZRANGE', root .. 'queue:' .. queue, 0, 0)[1]
  if id then
    redis.call('ZADD', due, asked[2], queue)
    claimed[#claimed + 1] = {queue, id, text(redis.call('HINCRBY', root .. 'attempts', id, 1)), kept('notification', id)}
  else
    redis.call('ZREM', due, queue)
  end
end
return finish('ok', claimed)
