-- Reads the sums of cells and the cursor of one partition in one moment.
-- KEYS[1] cursor   ARGV[1] key prefix of the partition   ARGV[2] msgpack of the reads   ARGV[3] msgpack of the names of the sets of slice values to count
-- Reply: {next_offset, complete_through_ms, append_time_ms, now ms, counts of slice values joined by ',', sum, sum, ...}
-- A sum is decimal text, or several joined by ',' where doubles could not add them exactly: the caller adds them as integers.
local prefix = ARGV[1]
local cursor = redis.call('HMGET', KEYS[1], 'next_offset', 'complete_through_ms', 'append_time_ms', 'max_day')
if not cursor[1] then return {} end
local time = redis.call('TIME')
local maxDay = tonumber(cursor[4] or '0')
local exactMax = 4503599627370496

local function adder()
  local sum, parts = 0, {}
  return function(value)
    if not value then return end
    if #value > 15 then parts[#parts + 1] = value return end
    sum = sum + tonumber(value)
    if sum > exactMax or sum < -exactMax then
      parts[#parts + 1] = string.format('%.0f', sum)
      sum = 0
    end
  end, function()
    if #parts == 0 then return string.format('%.0f', sum) end
    parts[#parts + 1] = string.format('%.0f', sum)
    return table.concat(parts, ',')
  end
end

local function addPanes(base, range, add)
  local lo, hi, perGroup = range[1], range[2], range[3]
  if hi < 0 then hi = maxDay + 1 end
  for group = math.floor(lo / perGroup), math.floor((hi - 1) / perGroup) do
    local key = base .. string.format('%.0f', group)
    local first, last = math.max(lo, group * perGroup), math.min(hi, (group + 1) * perGroup) - 1
    if last - first < 16 then
      for pane = first, last do add(redis.call('HGET', key, string.format('%.0f', pane))) end
    else
      local all = redis.call('HGETALL', key)
      for i = 1, #all, 2 do
        local pane = tonumber(all[i])
        if pane >= first and pane <= last then add(all[i + 1]) end
      end
    end
  end
end

local function addPairs(series, range, add)
  local sinceMinuteFrom, atMinuteTo, sinceDayFrom, sinceDayTo, atGroupTo = unpack(range)
  for _, member in ipairs(redis.call('SMEMBERS', prefix .. 'pair-list:' .. series)) do
    local day, group = string.match(member, '^(-?%d+):(-?%d+)$')
    day, group = tonumber(day), tonumber(group)
    if day >= sinceDayFrom and day < sinceDayTo and group < atGroupTo then
      local all = redis.call('HGETALL', prefix .. 'pairs:' .. series .. ':' .. member)
      for i = 1, #all, 2 do
        local since, at = string.match(all[i], '^(-?%d+)|(-?%d+)$')
        if tonumber(since) >= sinceMinuteFrom and tonumber(at) < atMinuteTo then add(all[i + 1]) end
      end
    end
  end
end

local counts = {}
for i, name in ipairs(cmsgpack.unpack(ARGV[3])) do counts[i] = redis.call('SCARD', prefix .. name) end
local reply = {cursor[1], cursor[2] or '0', cursor[3] or '0', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)), table.concat(counts, ',')}
for _, read in ipairs(cmsgpack.unpack(ARGV[2])) do
  local add, result = adder()
  if read[1] == 'pairs' then addPairs(read[2], read[3], add) else addPanes(prefix .. read[2], read[3], add) end
  reply[#reply + 1] = result()
end
return reply
