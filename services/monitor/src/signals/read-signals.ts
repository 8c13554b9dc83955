import { eventsExpected, type PipelineSignal, type Reading } from '@vigie/alerting';
import { readEventRhythm, readRefusals, type Clickhouse } from '@vigie/clickhouse';
import { readCursor, readMeta, type AlertStore, type RedisClient } from '@vigie/redis';
import type { Clock } from '@vigie/runtime';
import type { ReadSignal, SignalQuestion } from '../evaluate/read-readings.ts';
import { secondsText, signalReading } from './signal-reading.ts';
import { sources, type SourceHealth } from './source-health.ts';

export interface SignalDeps {
  readonly redis: RedisClient;
  readonly place: { readonly prefix: string; readonly topic: string };
  readonly store: Pick<AlertStore, 'knownRules' | 'load' | 'deadLetters'>;
  /** null: not configured; its signals then have no readings. */
  readonly clickhouse: Clickhouse | null;
  readonly health: SourceHealth;
  readonly clock: Clock;
}

/** The share of refused records, and lost notifications, are looked at over this long. */
const recentMs = 15 * 60_000;
const deadLetterCountMax = 10_000;
/** An event type's rhythm is learned from four weeks: every hour of the week four times. */
const rhythmMs = 28 * 86_400_000;

/** Reads what Vigie says of itself. */
export function createSignalReader(deps: SignalDeps): ReadSignal {
  const readers: Record<PipelineSignal, (question: SignalQuestion, deps: SignalDeps) => Promise<readonly Reading[]>> = {
    completeness_lag: completenessLag,
    stuck_partition: stuckPartition,
    dead_letter_share: deadLetterShare,
    silent_event_type: silentEventType,
    source_error: sourceError,
    rule_broken: ruleBroken,
    delivery_dead: deliveryDead,
  };
  return (question) => readers[question.signal](question, deps);
}

/** How far each partition's numbers are behind the clock; null before the first consumer. */
async function partitionLags({ redis, place, clock }: SignalDeps): Promise<readonly number[] | null> {
  const meta = await readMeta(redis, place);
  if (meta === null) return null;
  const refs = Array.from({ length: meta.partitionCount }, (_, partition) => ({ ...place, partition, generation: meta.generation }));
  const cursors = await Promise.all(refs.map((ref) => readCursor(redis, ref)));
  const nowMs = clock();
  // A partition without a cursor is being filled: it is as late as anything can be, and the others tell for how long.
  return cursors.map((cursor) => (cursor === null ? nowMs : Math.max(0, nowMs - cursor.completeThroughMs)));
}

/** Seconds by which the numbers are behind the clock: no KPI can be judged later than this. */
async function completenessLag(question: SignalQuestion, deps: SignalDeps): Promise<readonly Reading[]> {
  const { clock } = deps;
  const lags = await partitionLags(deps);
  if (lags === null) return [];
  return [signalReading(question, clock(), { value: secondsText(Math.max(...lags)), unit: 'seconds', slice: null })];
}

/** Seconds by which one partition is behind the best of them: where it stands alone, the fault is its own. */
async function stuckPartition(question: SignalQuestion, deps: SignalDeps): Promise<readonly Reading[]> {
  const { clock } = deps;
  const lags = (await partitionLags(deps)) ?? [];
  const best = Math.min(...lags);
  return lags.map((lag, partition) =>
    signalReading(question, clock(), {
      value: secondsText(lag - best),
      unit: 'seconds',
      slice: { dimension: 'partition', value: String(partition) },
    }),
  );
}

/** Percent of the records of the last quarter of an hour that were refused. */
async function deadLetterShare(question: SignalQuestion, { clickhouse, health, place, clock }: SignalDeps): Promise<readonly Reading[]> {
  if (clickhouse === null) return [];
  const sinceMs = clock() - recentMs;
  const { refusedCount, acceptedCount } = await health.watch('clickhouse', () => readRefusals(clickhouse, { topic: place.topic, sinceMs }));
  const recordCount = refusedCount + acceptedCount;
  // In hundredths of a percent, rounded half up; no record at all is no share at all.
  const hundredths = recordCount === 0 ? 0 : Math.round((refusedCount * 10_000) / recordCount);
  return [
    signalReading(question, clock(), {
      value: (hundredths / 100).toFixed(2),
      unit: 'percent',
      slice: null,
      measures: { dead_letters: BigInt(refusedCount), records: BigInt(recordCount) },
      numerator: BigInt(refusedCount),
      denominator: BigInt(recordCount),
    }),
  ];
}

/** How many events of a type its own rhythm would have brought since the last one came. */
async function silentEventType(question: SignalQuestion, deps: SignalDeps): Promise<readonly Reading[]> {
  const { clickhouse, health, clock } = deps;
  const lags = await partitionLags(deps);
  if (clickhouse === null || lags === null) return [];
  const { topic } = deps.place;
  // A pipeline that is late is not a producer that is silent: what came is known up to here only.
  const nowMs = clock() - Math.max(...lags);
  const rhythms = await health.watch('clickhouse', () =>
    readEventRhythm(clickhouse, { topic, tenant: question.tenant, sinceMs: nowMs - rhythmMs, untilMs: nowMs }),
  );
  return rhythms.map(({ type, lastMs, hours }) =>
    signalReading(question, clock(), {
      value: eventsExpected(hours, { lastMs, nowMs }).toFixed(1),
      unit: 'count',
      slice: { dimension: 'event_type', value: type },
      measures: { seconds_silent: BigInt(secondsText(nowMs - lastMs)) },
    }),
  );
}

/** Seconds for which a source has failed every read. */
async function sourceError(question: SignalQuestion, { health, clock }: SignalDeps): Promise<readonly Reading[]> {
  return sources.map((source) => {
    const failing = health.failingSince(source);
    const value = failing === null ? '0' : secondsText(clock() - failing.sinceMs);
    return signalReading(question, clock(), { value, unit: 'seconds', slice: { dimension: 'source', value: source } });
  });
}

/** 1 for a rule that nobody can rely on at the moment, else 0: of every tenant, since who runs Vigie looks after all of them. */
async function ruleBroken(question: SignalQuestion, { store, clock }: SignalDeps): Promise<readonly Reading[]> {
  const states = await Promise.all((await store.knownRules()).map((rule) => store.load(rule)));
  return states.flatMap(({ rule, health }) =>
    rule === null || rule.kind === 'pipeline'
      ? []
      : [
          signalReading(question, clock(), {
            value: health.state === 'BROKEN' || health.state === 'NO_DATA' ? '1' : '0',
            unit: 'count',
            slice: { dimension: 'rule', value: rule.tenant === question.tenant ? rule.uid : `${rule.tenant}/${rule.uid}` },
          }),
        ],
  );
}

/** How many notifications a channel lost for good in the last quarter of an hour. */
async function deliveryDead(question: SignalQuestion, { store, clock }: SignalDeps): Promise<readonly Reading[]> {
  const counts = new Map<string, number>();
  for (const { notification, atMs } of await store.deadLetters(deadLetterCountMax)) {
    const isRecent = atMs > clock() - recentMs;
    counts.set(notification.channel, (counts.get(notification.channel) ?? 0) + Number(isRecent));
  }
  return [...counts].map(([channel, count]) =>
    signalReading(question, clock(), { value: String(count), unit: 'count', slice: { dimension: 'channel', value: channel } }),
  );
}
