-- Takes out what ClickHouse has acknowledged: by offset, never by count, so that entries that came meanwhile stay.
-- KEYS[1] outbox   KEYS[2] cursor   ARGV[1] offset acknowledged   ARGV[2] entries counted   ARGV[3] bytes counted
local removed = redis.call('XTRIM', KEYS[1], 'MINID', ARGV[1] + 1 .. '-0')
if redis.call('EXISTS', KEYS[2]) == 0 then return removed end
if redis.call('XLEN', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[2], 'outbox_bytes', 0)
elseif removed == tonumber(ARGV[2]) then
  redis.call('HINCRBY', KEYS[2], 'outbox_bytes', '-' .. ARGV[3])
end
return removed
