-- Begins an epoch: in a Redis that has none, which from here on is taken to know everything; or, where somebody who knows the epoch cannot tell whether
-- this Redis was set back in time, over the one that is there.
-- asked: epoch, by how much the sequence goes ahead, 'over' = over the one that is there
local isOver = asked[3] == 'over'
if isOver and isLost then return finish('lost') end
if epoch and not isOver then return finish('refused') end
-- Ahead of what any process could still be writing down from the time before, or has written.
sequence = math.max(sequence, tonumber(ARGV[3])) + tonumber(asked[2])
epoch = asked[1]
redis.call('SET', KEYS[1], epoch)
redis.call('SET', root .. 'sequence', text(sequence))
-- An epoch that began over another is told when everything was told again.
if isOver then
  redis.call('SET', root .. 'epoch:untold', epoch)
else
  keep('epoch', 'epoch', cjson.encode({epoch = epoch, since = text(sequence)}))
end
return finish('ok')
