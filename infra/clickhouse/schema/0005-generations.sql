-- A row is one generation of facts: one hash of definitions, settings, deriving code and zone data. The newest row is the one that serves.
-- Row: (1,'5f0c...','{"tenants":...}','2026-03-04 09:00:00.000')
CREATE TABLE IF NOT EXISTS {database}.generations
(
    generation  UInt32,
    topic       LowCardinality(String),
    definitions String COMMENT 'the hash',
    settings    String COMMENT 'what was hashed, readable',
    created_at  DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
ORDER BY (topic, generation)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
