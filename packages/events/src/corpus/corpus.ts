import { addBytes } from './bytes.ts';
import { addData } from './data.ts';
import { addEnvelopes } from './envelopes.ts';
import { CorpusBuilder, type CorpusContext, type CorpusRecord } from './record.ts';

/**
 * Records that producers get wrong, each with the reason that it must be refused for, and their neighbours that must be accepted.
 *
 * Holds    the verdicts are stated by hand; times are relative to `appendTimeMs`, so the records can be sent to a real topic
 */
export function badRecords(context: CorpusContext): readonly CorpusRecord[] {
  const corpus = new CorpusBuilder(context);
  addBytes(corpus);
  addEnvelopes(corpus);
  addData(corpus);
  return corpus.records;
}
