-- A row is one accepted event with its raw bytes, exactly as Kafka had them: what everything else can be made from again.
-- Sort key (topic, partition, offset): identity (a row sent twice is one row) and the order in which a partition is filled again.
-- Projection by_id: the look-up of an old event's id, (tenant, type, time, id).
-- Read it by offset: SELECT body FROM events WHERE topic = 'vigie.events.v1' AND partition = 3 AND offset >= 100 ORDER BY offset LIMIT 1 BY offset
-- Row: ('default','shop/eu','01JD','order.placed','cust-42','2026-03-04 09:15:00.000','2026-03-04 09:15:01.120','vigie.events.v1',3,100,'{"specversion":...}')
CREATE TABLE IF NOT EXISTS {database}.events
(
    tenant      LowCardinality(String),
    source      LowCardinality(String),
    id          String,
    type        LowCardinality(String),
    subject     String,
    time        DateTime64(3, 'UTC'),
    append_time DateTime64(3, 'UTC') COMMENT 'the broker''s time of the record, made monotonic per partition',
    topic       LowCardinality(String),
    partition   UInt16,
    offset      UInt64,
    body        String CODEC(ZSTD(1)),
    PROJECTION by_id (SELECT tenant, type, time, id, source, topic, partition, offset ORDER BY (tenant, type, time, id))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYear(append_time)
ORDER BY (topic, partition, offset)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', fsync_after_insert = 1, fsync_part_directory = 1;
