-- Begins an epoch in a Redis that has none: from here on it is taken to know everything.
-- asked: epoch, by how much the sequence goes ahead
if epoch then return finish('refused') end
-- Ahead of what any process could still be writing down from the time before.
sequence = math.max(sequence, tonumber(ARGV[3])) + tonumber(asked[2])
epoch = asked[1]
redis.call('SET', KEYS[1], epoch)
redis.call('SET', root .. 'sequence', text(sequence))
keep('epoch', 'epoch', cjson.encode({epoch = epoch, since = text(sequence)}))
return finish('ok')
