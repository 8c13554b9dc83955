export { historyArbitrary } from './arbitrary.ts';
export { kpiDimensions, measureDimensions } from './asks.ts';
export type { WindowEdges } from './asks.ts';
export { inTenant, toRecord } from './history.ts';
export type { Ask, History, HistoryEvent, HistorySettings, OracleAnswer, OracleKpiAnswer, Scenario } from './history.ts';
export { askOracle, findPython, loadScenarios } from './oracle.ts';
export { randomHistory } from './random-history.ts';
export type { HistoryOptions } from './random-history.ts';
export { shrinkHistory } from './shrink.ts';
