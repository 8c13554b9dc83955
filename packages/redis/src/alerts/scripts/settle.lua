-- Ends an attempt: sent, retry later, or dead. Answers 1 when that changed something.
-- KEYS[1] queue   KEYS[2] due   KEYS[3] rows   KEYS[4] attempts   KEYS[5] dead letters
-- ARGV[1] outcome   ARGV[2] queue's name   ARGV[3] id   ARGV[4] number of the attempt   ARGV[5] when the queue is due again
-- ARGV[6] dead letter   ARGV[7] how many dead letters are kept
if redis.call('LINDEX', KEYS[1], 0) ~= ARGV[3] then return 0 end
-- What was sent was sent, whoever did it; to give up or to wait is for the holder of the lease alone.
if ARGV[1] ~= 'sent' and redis.call('HGET', KEYS[4], ARGV[3]) ~= ARGV[4] then return 0 end
if ARGV[1] == 'retry' then
  redis.call('ZADD', KEYS[2], ARGV[5], ARGV[2])
  return 1
end
if ARGV[1] == 'dead' then
  redis.call('LPUSH', KEYS[5], ARGV[6])
  redis.call('LTRIM', KEYS[5], 0, ARGV[7] - 1)
end
redis.call('LPOP', KEYS[1])
redis.call('HDEL', KEYS[3], ARGV[3])
redis.call('HDEL', KEYS[4], ARGV[3])
if redis.call('LLEN', KEYS[1]) == 0 then
  redis.call('ZREM', KEYS[2], ARGV[2])
else
  redis.call('ZADD', KEYS[2], ARGV[5], ARGV[2])
end
return 1
