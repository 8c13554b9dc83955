-- Makes one judged window of one rule true: its state, records and arrivals in lanes, all or nothing.
-- asked: rule key, expected revision, next revision, body of the rule ('' = forget it), what stays of it then, records [id, body],
--        other records [id, body], arrivals [lane, its name, transition, body, due], bounds [journal bytes, arrivals, records]
local ruleKey, expected, following, body, removed, records, others, arrivals, bounds = unpack(asked, 1, 9)
if isLost then return finish('lost') end
if (redis.call('HGET', root .. 'revisions', 'rule:' .. ruleKey) or '0') ~= expected then return finish('refused') end
if isJournalFull(bounds[1]) then return finish('full') end
if #arrivals > 0 and redis.call('HLEN', root .. 'kept:arrival') + #arrivals > tonumber(bounds[2]) then return finish('full') end

local bodies = {}
for _, other in ipairs(others) do bodies[other[1]] = other[2] end
for _, record in ipairs(records) do
  bodies[record[1]] = record[2]
  local at = note('transition', record[1], record[2])
  redis.call('XADD', root .. 'history', 'MAXLEN', '~', bounds[3], at .. '-0', 'id', record[1], 'record', record[2])
end
for _, arrival in ipairs(arrivals) do
  local lane, laneName, transition, arrivalBody, dueMs = unpack(arrival, 1, 5)
  -- A lane that comes back has a revision unlike any before: a plan from its earlier life is refused.
  if not has('lane', lane) then keepLane(lane, laneName, laneBody(laneName, 'null')) end
  local name = lane .. ':' .. transition
  if not has('arrival', name) then
    redis.call('ZADD', root .. 'arrivals:' .. lane, keep('arrival', name, ordered(arrivalBody)), transition)
    -- A record is kept once, for as long as any lane has it to deal with.
    if redis.call('HINCRBY', root .. 'records:users', transition, 1) == 1 then
      redis.call('HSET', root .. 'records', transition, bodies[transition])
    end
  end
  redis.call('ZADD', root .. 'lanes:due', 'LT', dueMs, lane)
end
if body == '' or has('removed', ruleKey) then keep('removed', ruleKey, removed) end
-- The rule last: whoever has its entry has everything that came with it.
keep('rule', ruleKey, body)
redis.call('HSET', root .. 'revisions', 'rule:' .. ruleKey, following)

return finishState('rule:' .. ruleKey, body ~= '')
