/** Shortcuts in the write path: what is skipped, applied, sent on, trimmed and filled. */
import type { Mutant, TestName } from '../mutant.ts';

const consumer = (file: string, name: string): TestName => ({
  project: file.endsWith('.int.test.ts') ? 'int' : 'unit',
  file: `services/consumer/src/${file}`,
  name,
});

const derive = 'services/consumer/src/derive-facts.ts';
const duplicates = 'services/consumer/src/find-duplicates.ts';
const worker = 'services/consumer/src/partition-worker.ts';
const flush = 'services/consumer/src/flush-outbox.ts';

export const writePathMutants: readonly Mutant[] = [
  {
    shortcut: 'differences per batch instead of per event',
    how: 'facts of a timeline are those between the start and the end of a batch',
    edits: [
      {
        file: derive,
        find: 'export interface DeriveOptions {',
        replace: "import { differenceOf, emptyTimeline, timelineFacts } from '@vigie/kpis';\nexport interface DeriveOptions {",
      },
      {
        file: derive,
        find: 'facts = derived.facts;',
        replace: "facts = derived.facts.filter(({ fact }) => !fact.startsWith('customers_') && !fact.endsWith('_mrr'));",
      },
      {
        file: derive,
        find: '  return draft;',
        replace: `  for (const [key, { tenant, subject, timeline }] of draft.timelines) {
    const last = records.findLast(({ result }) => result.ok && result.event.tenant === tenant && result.event.subject === subject)!;
    const settings = options.settings.of(tenant);
    const facts = differenceOf(timelineFacts(options.before.get(key) ?? emptyTimeline, settings), timelineFacts(timeline, settings));
    draft.blocks.addFacts(tenant, facts, placeOf(last, options));
    for (const fact of facts) draft.fold.add(fact, { tenant, zone: settings.zone, appendTimeMs: last.appendTimeMs, admitsSlice: () => true });
  }
  return draft;`,
      },
    ],
    test: consumer('derive-facts.test.ts', 'a batch cut elsewhere gives the same rows, byte for byte'),
  },
  {
    shortcut: 'ids marked as seen before the apply is confirmed',
    how: 'deriving puts ids into the memory of the partition',
    edits: [
      {
        file: duplicates,
        find: '    ids.hashes.push(id);',
        replace:
          '    ids.hashes.push(id);\n    this.#horizon.add(new Map([[bucket, { hashes: [id], lastOffset: place.offset, lastAppendMs: place.appendTimeMs }]]));',
      },
    ],
    test: consumer('derive-facts.test.ts', 'a draft that was never confirmed leaves no mark: derived again, everything counts'),
  },
  {
    shortcut: "Kafka's committed offset trusted after a retention gap",
    how: 'nothing is filled, and the position is where Kafka goes on',
    edits: [
      { file: worker, find: 'if (low > (memory.cursor?.nextOffset ?? 0)) {', replace: 'if (low < 0) {' },
      { file: worker, find: 'let position = this.#positionOf(memory);', replace: 'let position = batch.firstOffset;' },
    ],
    test: consumer(
      'partition-worker.int.test.ts',
      'where retention ran past a lost position, the stored events come first, wherever Kafka goes on',
    ),
  },
  {
    shortcut: 'checking the gap only at assignment',
    how: 'a batch that begins beyond the position is taken as it comes',
    edits: [{ file: worker, find: 'if (batch.firstOffset > position) {', replace: 'if (batch.firstOffset < 0) {' }],
    test: consumer(
      'partition-worker.int.test.ts',
      'retention that runs past the position while running stops the partition, and nothing beyond is applied',
    ),
  },
  {
    shortcut: 'checking the gap only at assignment',
    how: 'an idle partition does not look where its log begins',
    edits: [{ file: worker, find: 'log.low > position', replace: 'log.low < 0' }],
    test: consumer(
      'partition-worker.int.test.ts',
      'an idle partition whose log ran past its position finds out by itself, and the stored events have the rest',
    ),
  },
  {
    shortcut: "event id without source in a fact's identity",
    // A fact is identified by the place of its record, so the only ids left to shorten are those that find duplicates.
    how: 'an event is known by tenant and id',
    edits: [{ file: 'services/consumer/src/id-horizon.ts', find: '${event.tenant}\\0${event.source}\\0', replace: '${event.tenant}\\0' }],
    test: consumer('derive-facts.test.ts', 'the same id of another source is another event'),
  },
  {
    shortcut: 'mixing facts of two settings in one generation',
    how: 'the generation that serves is taken whatever its hash',
    edits: [
      {
        file: 'services/consumer/src/choose-generation.ts',
        find: 'current.definitionsHash !== definitions.hash',
        replace: "current.definitionsHash === ''",
      },
    ],
    test: consumer('generations.int.test.ts', 'a consumer of other settings does not start on the generation that serves'),
  },
  {
    shortcut: 'trimming the outbox by count',
    how: 'as many of the oldest entries as were sent',
    edits: [
      {
        file: 'packages/redis/src/scripts/trim.lua',
        find: "'MINID', ARGV[1] + 1 .. '-0'",
        replace: "'MAXLEN', math.max(redis.call('XLEN', KEYS[1]) - tonumber(ARGV[2]), 0)",
      },
    ],
    test: consumer('flush-outbox.int.test.ts', 'an acknowledgement that comes twice takes nothing that was not sent'),
  },
  {
    shortcut: 'a retry after a failed script that had already incremented',
    how: 'increments done before the failing one stay',
    edits: [{ file: 'packages/redis/src/scripts/apply.lua', find: '        undo(i, f)', replace: '' }],
    test: consumer(
      'apply-draft.int.test.ts',
      'a script that failed half way has written nothing, so that trying the rest again counts it once',
    ),
  },
  {
    shortcut: 'a look-up that finds the record itself',
    how: 'the offset of the row found may be the same',
    edits: [{ file: 'packages/clickhouse/src/records.ts', find: 'found.first_offset < w.7', replace: 'found.first_offset <= w.7' }],
    test: consumer('look-up-ids.int.test.ts', 'a record that is read again finds itself and is no duplicate; a later copy is one'),
  },
  {
    shortcut: 'a duplicate whose first copy is still in the outbox',
    how: 'the look-up does not wait for `applied`',
    edits: [{ file: 'services/consumer/src/look-up-ids.ts', find: 'if (appliedTo > droppedOffset)', replace: 'if (appliedTo >= 0)' }],
    test: consumer('look-up-ids.int.test.ts', 'a first copy that is still in the outbox is waited for'),
  },
  {
    shortcut: "the 15 minutes' lead forgotten",
    how: 'looked up only when the time itself is beyond the horizon',
    edits: [{ file: duplicates, find: 'result.event.timeMs - timeAheadMsMax > appendMs', replace: 'result.event.timeMs > appendMs' }],
    test: consumer('derive-facts.test.ts', 'a copy of an event that was ahead of its append is looked up once its first copy is forgotten'),
  },
  {
    shortcut: 'marking rejected ids',
    how: 'an id is marked before its facts are derived',
    edits: [
      {
        file: derive,
        find: 'let facts: readonly Fact[];',
        replace: 'options.duplicates.mark(event, record);\n  let facts: readonly Fact[];',
      },
    ],
    test: consumer('derive-facts.test.ts', 'the corrected copy of an event that was rejected is the first'),
  },
  {
    shortcut: '`applied` written before `events`',
    how: 'the position is said first',
    edits: [
      { file: flush, find: '    await insertApplied(clickhouse, pending.map(appliedOf));', replace: '' },
      {
        file: flush,
        find: 'const { clickhouse, fault } = this.#options;',
        replace: 'const { clickhouse, fault } = this.#options;\n    await insertApplied(clickhouse, pending.map(appliedOf));',
      },
    ],
    test: consumer('flush-outbox.int.test.ts', 'a flush that dies between its inserts has not said that it was done'),
  },
  {
    shortcut: 'keys shared by two generations',
    how: 'the prefix of a partition does not name the generation',
    edits: [{ file: 'packages/redis/src/keys.ts', find: ':${ref.generation}}:', replace: '}:' }],
    test: consumer('generations.int.test.ts', 'two generations of one partition share nothing in Redis'),
  },
];
