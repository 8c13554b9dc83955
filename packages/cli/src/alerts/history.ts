import type { AlertRecord } from '@vigie/alerting';
import { readTransitions } from '@vigie/clickhouse';
import { nearest } from '@vigie/runtime';
import { CliError, type ExitCode, exitCodes } from '../console/cli-error.ts';
import { describeFailure } from '../console/describe-failure.ts';
import type { Output } from '../console/output.ts';
import { readMoment } from '../rules/backtest/options.ts';
import { recordJson } from './alert-json.ts';
import { type Desk, zoneOf } from './desk.ts';
import { shortIds } from './ids.ts';
import { recordLine } from './record-line.ts';
import { historyCountMax } from './show.ts';
import { plural } from './words.ts';

interface Asked {
  readonly since: string | null;
  readonly rule: string | null;
  readonly limit: number;
  readonly nowMs: number;
}

export async function showHistory(desk: Desk, output: Output, asked: Asked): Promise<ExitCode> {
  const { rule, limit, nowMs } = asked;
  const sinceMs = asked.since === null ? null : readMoment('--since', asked.since, nowMs);
  const recent = await desk.store.history(historyCountMax);
  await requireRule(desk, recent, rule);
  const chosen = chosenOf(recent, { sinceMs, rule });
  const older = reachesFurther(recent, { chosenCount: chosen.length, limit, sinceMs })
    ? await readOlder(desk, output, { ...asked, sinceMs })
    : [];
  const records = merged(chosen, older).slice(0, limit);
  const at = {
    zone: zoneOf(
      desk,
      records.map((record) => record.rule.tenant),
    ),
  };
  const shortOf = shortIds(records.map(({ transition }) => transition.episode));
  output.value({ transitions: records.map(recordJson) });
  if (records.length === 0) {
    output.text(`nothing happened${asked.since === null ? '' : ` since ${asked.since}`}${rule === null ? '' : ` of ${rule}`}`);
    return exitCodes.ok;
  }
  output.text(
    records
      .map((record) => `${output.colors.dim(shortOf(record.transition.episode))}  ${recordLine(record, at, output.colors)}`)
      .join('\n'),
  );
  output.talk(`${plural(records.length, 'transition')}, newest first, times in ${at.zone}; vigie alerts show <id> says why`);
  return exitCodes.ok;
}

interface Choice {
  readonly sinceMs: number | null;
  readonly rule: string | null;
}

function chosenOf(records: readonly AlertRecord[], { sinceMs, rule }: Choice): readonly AlertRecord[] {
  return records.filter(
    (record) => (sinceMs === null || record.transition.windowEndMs >= sinceMs) && (rule === null || record.rule.uid === rule),
  );
}

/** Redis remembers the newest; what came before is ClickHouse's. */
export function reachesFurther(
  recent: readonly AlertRecord[],
  asked: { chosenCount: number; limit: number; sinceMs: number | null },
): boolean {
  if (asked.chosenCount >= asked.limit) return false;
  if (asked.sinceMs === null) return recent.length >= historyCountMax;
  return recent.every(({ transition }) => transition.windowEndMs >= asked.sinceMs!);
}

async function readOlder(
  { context }: Desk,
  output: Output,
  { rule, limit, sinceMs }: Choice & { limit: number },
): Promise<readonly AlertRecord[]> {
  try {
    return await readTransitions(context.clickhouse(), {
      ...{ scope: context.place.prefix, countMax: limit },
      ...(rule === null ? {} : { rule }),
      ...(sinceMs === null ? {} : { fromMs: sinceMs }),
    });
  } catch (error) {
    output.talk(`note: older than Redis remembers is left out, because ClickHouse could not be asked: ${describeFailure(error).message}`);
    return [];
  }
}

/** Each transition once, the newest window first. */
export function merged(recent: readonly AlertRecord[], older: readonly AlertRecord[]): readonly AlertRecord[] {
  const byId = new Map([...older, ...recent].map((record) => [record.transition.id, record]));
  return [...byId.values()].toSorted(
    (a, b) => b.transition.windowEndMs - a.transition.windowEndMs || b.transition.sequence - a.transition.sequence,
  );
}

/** A rule that nobody knows is a mistake, not a quiet rule. */
async function requireRule({ store, ruleSet }: Desk, recent: readonly AlertRecord[], uid: string | null): Promise<void> {
  if (uid === null) return;
  const state = await store.knownRules();
  const known = new Set([...(ruleSet?.rules ?? []), ...state, ...recent.map(({ rule }) => rule)].map((rule) => rule.uid));
  if (known.has(uid) || known.size === 0) return;
  const meant = nearest(uid, known) ?? [...known].find((one) => one.includes(uid));
  throw new CliError(
    `--rule: expected the uid of a rule, found ${JSON.stringify(uid)}; ${meant === undefined ? `known: ${[...known].join(', ')}` : `did you mean ${meant}?`}`,
    exitCodes.usage,
  );
}
