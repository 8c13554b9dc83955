-- A row is one transition of one alert: it began to fire, changed its severity, or ended. What was told of it, and to whom, is not in here.
-- Sort key: scope (the Redis prefix of the installation), tenant and rule, then the window's end: the history of a rule is one range. With the id it is the
-- row's identity, so a row that is sent twice, or decided again after a loss of Redis, is one row.
-- Read it through <views>.alert_transitions. The monitor puts `alerts history` back from `record`.
-- Row: ('vigie',812,'9f2c...','2026-03-04 09:00:00.000','default','churn-30d','Customer churn','customer_churn_rate','','','firing','warning','',5.25,5.25,
--      'percent','',5,'2026-02-02 09:00:00.000','2026-03-04 09:00:00.000','51be...','2026-03-04 09:00:00.000',0,'',false,{'team':'growth'},'{...}')
CREATE TABLE IF NOT EXISTS {database}.alert_transitions
(
    scope             LowCardinality(String),
    revision          UInt64 COMMENT 'the write of the journal that it came in',
    id                String,
    at                DateTime64(3, 'UTC') COMMENT 'end of the window that decided it',
    tenant            LowCardinality(String),
    rule              LowCardinality(String) COMMENT 'uid',
    rule_name         String,
    kpi               LowCardinality(String),
    dimension         LowCardinality(String) COMMENT 'empty: the total',
    slice             String,
    kind              LowCardinality(String),
    severity          LowCardinality(String),
    previous_severity LowCardinality(String) COMMENT 'empty: none',
    value             Nullable(Decimal(38, 6)) COMMENT 'as published, in the unit; NULL: there was none',
    judged            Nullable(Decimal(38, 6)) COMMENT 'what was compared with the limit: the value or its change',
    unit              LowCardinality(String),
    currency          LowCardinality(String),
    limit             Nullable(Decimal(38, 6)) COMMENT 'of the severity, as it held for this slice',
    window_from       Nullable(DateTime64(3, 'UTC')),
    window_to         Nullable(DateTime64(3, 'UTC')),
    episode           String,
    episode_started   DateTime64(3, 'UTC'),
    sequence          UInt32 COMMENT 'number of the transition within its episode, from 0',
    reason            LowCardinality(String) COMMENT 'why, where it was not the value',
    backfilled        Bool,
    labels            Map(LowCardinality(String), String),
    record            String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(revision)
PARTITION BY toYear(at)
ORDER BY (scope, tenant, rule, at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
