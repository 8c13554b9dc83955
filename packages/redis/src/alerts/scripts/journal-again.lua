-- Puts what is kept onto the journal once more, a part at a time: a ClickHouse that was lost learns it again.
-- asked: kind, names; or 'epoch', since when
if isLost then return finish('lost') end
local kind, names = asked[1], asked[2]
if kind == 'epoch' then
  keep('epoch', 'epoch', cjson.encode({epoch = epoch, since = names}))
  redis.call('DEL', root .. 'epoch:untold')
elseif kind == 'transition' then
  for _, id in ipairs(names) do
    local found = redis.call('XRANGE', root .. 'history', id, id)[1]
    if found then note('transition', found[2][2], found[2][4]) end
  end
elseif kind == 'record' then
  for _, id in ipairs(names) do
    local body = redis.call('HGET', root .. 'records', id)
    if body then note('transition', id, body) end
  end
else
  for _, name in ipairs(names) do
    local body = kept(kind, name)
    if body then note(kind, name, body) end
  end
end
return finish('ok')
