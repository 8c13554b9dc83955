-- A row is one durable thing of the monitor as it stood after a write: a rule's state, a lane, a notification, a silence. The newest revision of a key
-- counts; an empty body says that it is gone. An emptied Redis is put back from here.
-- Sort key: the identity, scope (the Redis prefix of the installation), kind and key.
-- Not partitioned and inserted in one block: what one write changed comes in together or not at all.
-- Rows of notifications and arrivals live for days in Redis at most, so they may go after a while; the others are few and stay.
-- Read it: SELECT kind, key, body FROM alert_journal FINAL WHERE scope = 'vigie' AND body != ''
-- Row: ('vigie','rule','default:churn-30d',812,'{"revision":41,"evaluatedToMs":1772614800000,...}','2026-03-04 09:00:01.310')
CREATE TABLE IF NOT EXISTS {database}.alert_journal
(
    scope    LowCardinality(String),
    kind     LowCardinality(String),
    key      String,
    revision UInt64 COMMENT 'rises over all writes of the scope',
    body     String CODEC(ZSTD(1)),
    at       DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (scope, kind, key)
TTL toDateTime(at) + INTERVAL 90 DAY DELETE WHERE kind IN ('notification', 'attempt', 'arrival', 'dead')
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
