-- Ends an attempt: sent, retry later, or dead. Answers `ok` when that changed something, else `refused`.
-- asked: outcome, queue, id, number of the attempt, now or when it is due again, reason, row, summary
local outcome, queue, id, attempt, atMs, reason, row, summary = unpack(asked, 1, 8)
if isLost then return finish('lost') end
if redis.call('ZRANGE', root .. 'queue:' .. queue, 0, 0)[1] ~= id then return finish('refused') end
-- What was sent was sent, whoever did it; to give up or to wait is for the holder of the lease alone.
if outcome ~= 'sent' and redis.call('HGET', root .. 'attempts', id) ~= attempt then return finish('refused') end
if outcome == 'retry' then
  keep('attempt', id, cjson.encode({attempt = attempt, dueMs = atMs, reason = reason}))
  putOff(channelOf(id), queue, atMs)
  return finish('ok')
end
dequeue(id, atMs)
if outcome == 'dead' then bury(id, row, {reason = reason, attempt = attempt, atMs = atMs}) end
deliver(summary, outcome, reason, attempt, atMs)
return finish('ok')
