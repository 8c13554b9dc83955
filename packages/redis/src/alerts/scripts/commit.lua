-- Makes one judged window of one rule true: instances, records, outbox and cursor, all or nothing.
-- KEYS[1] rule   KEYS[2] instances   KEYS[3] rules   KEYS[4] transitions   KEYS[5] outbox rows   KEYS[6] outbox due
-- ARGV[1] revision that the decision was made from   ARGV[2] the decision as JSON   ARGV[3] prefix of outbox queues
-- Whatever holds a number travels inside as text: JSON numbers here are doubles.
local revision = tonumber(redis.call('HGET', KEYS[1], 'revision') or '0')
if revision ~= tonumber(ARGV[1]) then return {'refused', revision} end
local decision = cjson.decode(ARGV[2])
if redis.call('HLEN', KEYS[5]) + #decision.outbox > decision.outboxCountMax then return {'full', revision} end

redis.call('DEL', KEYS[2])
for _, instance in ipairs(decision.instances) do redis.call('HSET', KEYS[2], instance[1], instance[2]) end
for _, record in ipairs(decision.records) do
  redis.call('XADD', KEYS[4], 'MAXLEN', '~', decision.recordCountMax, '*', 'id', record[1], 'record', record[2])
end
for _, row in ipairs(decision.outbox) do
  if redis.call('HSETNX', KEYS[5], row[1], row[3]) == 1 then
    redis.call('RPUSH', ARGV[3] .. row[2], row[1])
    -- NX: a queue that waits for its next attempt, or is being sent, keeps its turn.
    redis.call('ZADD', KEYS[6], 'NX', decision.dueMs, row[2])
  end
end
if decision.removed then
  redis.call('DEL', KEYS[1])
  redis.call('SREM', KEYS[3], decision.ruleKey)
  return {'ok', 0}
end
redis.call('HSET', KEYS[1], 'revision', revision + 1, 'evaluated_to_ms', decision.evaluatedToMs, 'rule', decision.rule)
redis.call('SADD', KEYS[3], decision.ruleKey)
return {'ok', revision + 1}
