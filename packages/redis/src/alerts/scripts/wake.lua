-- Brings forward when lanes are looked at. Each gets a new revision: a plan that was made before is refused, or it would put the waking off.
-- Nothing of this is journalled: lanes that are restored are due anyway.
-- asked: due, lanes
if isLost then return finish('lost') end
for _, lane in ipairs(asked[2]) do
  if has('lane', lane) then
    redis.call('HSET', root .. 'revisions', 'lane:' .. lane, nextRevision())
    redis.call('ZADD', root .. 'lanes:due', 'LT', asked[1], lane)
  end
end
return finish('ok')
