-- A row is one record that could not be accepted, with the reason and its raw bytes, exactly once per offset.
-- Read it: vigie dead-letters list, or SELECT reason, field, expected, found FROM dead_letters FINAL ORDER BY append_time DESC LIMIT 20
-- Row: ('vigie.events.v1',3,101,'2026-03-04 09:15:02.000','schema_violation','data.currency','an ISO 4217 code','"EURO"','...','default:cust-42','{...}')
CREATE TABLE IF NOT EXISTS {database}.dead_letters
(
    topic       LowCardinality(String),
    partition   UInt16,
    offset      UInt64,
    append_time DateTime64(3, 'UTC'),
    reason      LowCardinality(String),
    field       String,
    expected    String,
    found       String,
    message     String,
    key         String,
    body        String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYear(append_time)
ORDER BY (topic, partition, offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
