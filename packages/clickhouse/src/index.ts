export { type Clickhouse, connectClickhouse } from './connect.ts';
export { BlockBuilder, type BlockTable, blockTables, type RecordPlace } from './blocks.ts';
export { type AppliedRow, insertApplied, insertBlocks } from './insert-blocks.ts';
export * from './records.ts';
export { type Generation, readGeneration, readGreatestGeneration, writeGeneration } from './generations.ts';
export { migrate, MigrationError } from './migrate.ts';
export { clickhouseTime } from './time.ts';
export { readKpi, readStanding, type SqlQuestion, type SqlStanding } from './read-kpi.ts';
export { type EventRhythm, readEventRhythm, readRefusals } from './pipeline-signals.ts';
