-- A row says: every record of the partition below to_offset has its rows in events, facts and dead_letters. Written last, so it never promises too much.
-- Read it: SELECT partition, max(to_offset) FROM applied WHERE generation = 1 GROUP BY partition
-- Row: (1,'vigie.events.v1',3,102,'2026-03-04 09:15:02.000','2026-03-04 09:15:02.310')
CREATE TABLE IF NOT EXISTS {database}.applied
(
    generation       UInt32,
    topic            LowCardinality(String),
    partition        UInt16,
    to_offset        UInt64,
    complete_through DateTime64(3, 'UTC'),
    applied_at       DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(to_offset)
ORDER BY (generation, topic, partition)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
