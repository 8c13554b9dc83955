-- Puts dead letters back into their queues, behind what waits there. More: how many.
-- asked: letters [id, queue, channel, row], when they are due, most notifications that may wait
if isLost then return finish('lost') end
local count = 0
for _, letter in ipairs(asked[1]) do
  local id = letter[1]
  if has('dead', id) and not has('channel', letter[3]) and redis.call('HLEN', root .. 'kept:notification') < tonumber(asked[3]) then
    keep('dead', id, '')
    redis.call('ZREM', root .. 'dead:order', id)
    enqueue(id, letter[2], letter[3], letter[4], asked[2])
    count = count + 1
  end
end
return finish('ok', text(count))
