-- What a lane has to deal with, as of one moment.
-- asked: lane, how many arrivals at most
-- more: {revision, body, [arrival, record]...}
local lane, countMax = unpack(asked, 1, 2)
local found = {redis.call('HGET', root .. 'revisions', 'lane:' .. lane) or '0', kept('lane', lane) or ''}
for _, transition in ipairs(redis.call('ZRANGE', root .. 'arrivals:' .. lane, 0, tonumber(countMax) - 1)) do
  found[#found + 1] = {kept('arrival', lane .. ':' .. transition), redis.call('HGET', root .. 'records', transition)}
end
return finish('ok', found)
