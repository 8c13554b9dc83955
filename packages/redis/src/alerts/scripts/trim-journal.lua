-- Forgets the journal up to an acknowledged id.
-- asked: id
if isLost then return finish('lost') end
local journal, size = root .. 'journal', 0
repeat
  local part = redis.call('XRANGE', journal, '-', asked[1], 'COUNT', 50)
  for _, entry in ipairs(part) do
    size = size + #entry[2][2]
    redis.call('XDEL', journal, entry[1])
  end
until #part < 50
if size > 0 then redis.call('DECRBY', root .. 'journal:bytes', text(size)) end
return finish('ok')
