-- What analysts read of alerts: each transition once. What the monitor keeps for itself (records, the journal with texts and receivers) stays closed.
-- Read it: SELECT rule, severity, count() FROM alert_transitions WHERE kind = 'firing' AND at >= now() - INTERVAL 30 DAY GROUP BY ALL
CREATE OR REPLACE VIEW {views}.alert_transitions DEFINER = {definer} SQL SECURITY DEFINER AS
SELECT at, tenant, rule, rule_name, kpi, dimension, slice, kind, severity, previous_severity, value, judged, unit, currency, limit, window_from, window_to,
       episode, episode_started, sequence, reason, backfilled, labels, id, scope
FROM {database}.alert_transitions FINAL;
