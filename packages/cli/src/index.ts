export { type PlayedDataSet, playDataSet, type PlayOptions } from './ingest/play-data-set.ts';
export { projectRoot } from './stack/service.ts';
