-- A row is one fact: a signed integer of one measure at one event time with its dimensions. KPIs are sums of them.
-- Sort key: generation and tenant first (every query has them), then the fact and its time (a window is one range); the rest is identity.
-- Read it through <views>.facts, which takes each row once (FINAL) and the current generation only.
-- Row: (1,'default','orders','','2026-03-04 09:15:00.000','1900-01-01 00:00:00.000',1,'search','unknown',...,'','vigie.events.v1',3,100,0)
CREATE TABLE IF NOT EXISTS {database}.facts
(
    generation UInt32,
    tenant     LowCardinality(String),
    fact       LowCardinality(String),
    currency   LowCardinality(String) COMMENT 'ISO 4217 for money, else empty',
    at         DateTime64(3, 'UTC'),
    since      DateTime64(3, 'UTC') COMMENT 'start of what ends here, or end of what came before; 1900-01-01 = never before',
    value      Int64 COMMENT 'minor currency units for money, else a count',
    channel    LowCardinality(String),
    campaign   LowCardinality(String),
    segment    LowCardinality(String),
    country    LowCardinality(String),
    plan       LowCardinality(String),
    product    LowCardinality(String),
    entity     String COMMENT 'who, for distinct measures; else empty',
    topic      LowCardinality(String),
    partition  UInt16,
    offset     UInt64,
    ordinal    UInt32
)
ENGINE = ReplacingMergeTree
PARTITION BY toYear(at)
ORDER BY (generation, tenant, fact, at, topic, partition, offset, ordinal)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
