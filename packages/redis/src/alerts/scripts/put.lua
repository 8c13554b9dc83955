-- Writes things that people or receivers decide: silences, acknowledgements, channels switched off.
-- asked: kind, [name, body ('' = gone)], how many of the kind at most
if isLost then return finish('lost') end
local kind, changes, countMax = unpack(asked, 1, 3)
for _, change in ipairs(changes) do
  local isNew = change[2] ~= '' and not has(kind, change[1])
  if isNew and redis.call('HLEN', root .. 'kept:' .. kind) >= tonumber(countMax) then return finish('full') end
  if change[2] ~= '' or has(kind, change[1]) then keep(kind, change[1], change[2]) end
end
return finish('ok')
