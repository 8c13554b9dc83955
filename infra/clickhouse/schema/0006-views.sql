-- What analysts read: each fact once, of the generation that serves. The stores behind stay closed to them.
CREATE OR REPLACE VIEW {views}.facts DEFINER = {definer} SQL SECURITY DEFINER AS
SELECT * FROM {database}.facts FINAL
WHERE generation = (SELECT max(generation) FROM {database}.generations);

-- Through which moment each partition's rows are here. The views are complete through the least of them.
CREATE OR REPLACE VIEW {views}.completeness DEFINER = {definer} SQL SECURITY DEFINER AS
SELECT topic, partition, to_offset, complete_through, applied_at FROM {database}.applied FINAL
WHERE generation = (SELECT max(generation) FROM {database}.generations);

-- Why records were refused, without their bodies (those may hold personal data).
CREATE OR REPLACE VIEW {views}.dead_letters DEFINER = {definer} SQL SECURITY DEFINER AS
SELECT topic, partition, offset, append_time, reason, field, expected FROM {database}.dead_letters FINAL;
