/** The whole pipeline on real servers, for tests that play something through it. */
export { askLive, askSql } from './ask-stores.ts';
export { type Pipeline, startPipeline } from './pipeline.ts';
