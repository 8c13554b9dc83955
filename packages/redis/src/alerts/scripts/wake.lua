-- Brings forward when lanes are looked at. Each gets a new revision: a plan that was made before is refused, or it would put the waking off.
-- asked: due, lanes
if isLost then return finish('lost') end
for _, lane in ipairs(asked[2]) do
  local body = kept('lane', lane)
  if body then
    redis.call('HSET', root .. 'revisions', 'lane:' .. lane, keep('lane', lane, body))
    redis.call('ZADD', root .. 'lanes:due', 'LT', asked[1], lane)
  end
end
return finish('ok')
