-- Hands out the first notification of each queue that is due, under a lease: whoever claims it has until then to settle it.
-- KEYS[1] due   KEYS[2] rows   KEYS[3] attempts
-- ARGV[1] now   ARGV[2] end of the lease   ARGV[3] how many at most   ARGV[4] prefix of queues
local claimed = {}
for _, queue in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])) do
  local id = redis.call('LINDEX', ARGV[4] .. queue, 0)
  if id then
    redis.call('ZADD', KEYS[1], ARGV[2], queue)
    claimed[#claimed + 1] = {queue, id, redis.call('HINCRBY', KEYS[3], id, 1), redis.call('HGET', KEYS[2], id)}
  else
    redis.call('ZREM', KEYS[1], queue)
  end
end
return claimed
