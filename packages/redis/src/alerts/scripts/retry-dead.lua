-- Puts dead letters back into their queues, behind what waits there.
-- asked: letters [id, queue, channel, row, ...], when they are due, most notifications that may wait
-- more: {how many, how many stay because their channel is off, how many because there is no room}
if isLost then return finish('lost') end
local count, offCount, fullCount = 0, 0, 0
for _, letter in ipairs(asked[1]) do
  local id = letter[1]
  if not has('dead', id) then
    -- Somebody else was faster.
  elseif has('channel', letter[3]) then
    offCount = offCount + 1
  elseif redis.call('HLEN', root .. 'kept:notification') >= tonumber(asked[3]) then
    fullCount = fullCount + 1
  else
    keep('dead', id, '')
    redis.call('ZREM', root .. 'dead:order', id)
    enqueue(id, letter[2], letter[3], letter[4], asked[2])
    count = count + 1
  end
end
return finish('ok', {text(count), text(offCount), text(fullCount)})
