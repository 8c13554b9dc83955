export { type PlayedDataSet, playDataSet, type PlayOptions } from './ingest/play-data-set.ts';
export { projectRoot } from './stack/service.ts';
export { type BacktestOptions, type BacktestReport, runBacktest } from './rules/backtest/run-backtest.ts';
export type { HistorySource } from './rules/backtest/read-history.ts';
