import {
  type Dimension,
  dimensions,
  type KpiAnswer,
  type KpiDef,
  kpiById,
  kpiDefs,
  parseWindow,
  type TenantSettings,
  type Window,
  WindowError,
} from '@vigie/kpis';
import { readLiveTogether } from '@vigie/redis';
import { nearest } from '@vigie/runtime';
import { CliError, exitCodes } from '../console/cli-error.ts';
import type { Context } from '../context.ts';
import { askClickhouse } from './ask-clickhouse.ts';

export interface KpiQuestion {
  readonly def: KpiDef;
  readonly tenant: string;
  readonly settings: TenantSettings;
  readonly window: Window;
  readonly by: Dimension | null;
}

export interface KpiReply {
  /** Null for a KPI that exists by slices only. */
  readonly total: KpiAnswer | null;
  readonly slices: readonly KpiAnswer[];
  /** Why the answer does not come from where one might expect it; null when it does. */
  readonly note: string | null;
}

/** What a person writes behind `kpi get`. */
export interface AskedKpi {
  readonly kpi: string;
  readonly window: string;
  readonly by?: string | undefined;
  readonly tenant: string;
}

/** Reads a question as it was written; what does not fit is a usage error that says what would. */
export function readQuestion(asked: AskedKpi, settings: TenantSettings, nowMs: number): KpiQuestion {
  const def = kpiById(asked.kpi);
  if (def === undefined) throw unknownKpi(asked.kpi);
  return { def, tenant: asked.tenant, settings, window: readWindow(asked.window, settings.zone, nowMs), by: readBy(def, asked.by) };
}

export function unknownKpi(written: string): CliError {
  const meant =
    nearest(
      written,
      kpiDefs.map(({ id }) => id),
    ) ?? kpiDefs.find(({ id }) => id.includes(written))?.id;
  const hint = meant === undefined ? 'vigie kpi list shows them all' : `did you mean ${meant}?`;
  return new CliError(`expected the id of a KPI, found ${JSON.stringify(written)}; ${hint}`, exitCodes.usage);
}

export function readWindow(text: string, zone: string, nowMs: number): Window {
  try {
    return parseWindow(text, { nowMs, zone });
  } catch (error) {
    if (!(error instanceof WindowError)) throw error;
    throw new CliError(`--window: expected ${error.expected}, found ${JSON.stringify(text)}`, exitCodes.usage);
  }
}

function readBy(def: KpiDef, written: string | undefined): Dimension | null {
  if (written === undefined) return def.onlyBy ?? null;
  const allowed = def.onlyBy === undefined ? def.dimensions : [def.onlyBy];
  const by = allowed.find((dimension) => dimension === written);
  if (by !== undefined) return by;
  const meant = nearest(written, dimensions);
  const hint = meant !== null && meant !== written ? `; did you mean ${meant}?` : '';
  const expected = allowed.length === 0 ? 'no --by, because it cannot be sliced' : `--by ${allowed.join(', ')}`;
  throw new CliError(`${def.id}: expected ${expected}, found ${JSON.stringify(written)}${hint}`, exitCodes.usage);
}

/**
 * Answers a KPI live from Redis, or from ClickHouse where that is asked for or where it is not kept live.
 *
 * Holds    with --by, live slices and total are of one moment; the total is a question of its own, because distinct customers do not add up over slices
 */
export async function askKpi(context: Context, question: KpiQuestion, source: 'live' | 'sql'): Promise<KpiReply> {
  if (source === 'sql') return askBoth(question, (asked) => askClickhouse(context, asked), null);
  const { def, window, by } = question;
  const asks =
    by === null || def.onlyBy !== undefined
      ? [{ def, window, by }]
      : [
          { def, window, by: null },
          { def, window, by },
        ];
  const { answers } = await readLiveTogether(context.redis(), context.place, { ...question, asks });
  const live = answers.at(-1)!;
  const reason = live[0]?.value === null ? live[0].reason : null;
  if (reason !== 'not_live' && reason !== 'too_many_values') {
    if (by === null || live[0]?.slice === null) return { total: live[0] ?? null, slices: [], note: null };
    return { total: answers.length === 1 ? null : (answers[0]![0] ?? null), slices: live, note: null };
  }
  const why =
    reason === 'not_live'
      ? 'it is not kept live for this window (it counts distinct customers, or the window is older than the small panes)'
      : `${question.by} has more values than are kept live`;
  return askBoth(question, (asked) => askClickhouse(context, asked), `answered by ClickHouse, because ${why}`);
}

async function askBoth(question: KpiQuestion, ask: (asked: KpiQuestion) => Promise<KpiAnswer[]>, note: string | null): Promise<KpiReply> {
  const total = question.def.onlyBy === undefined ? ((await ask({ ...question, by: null }))[0] ?? null) : null;
  return { total, slices: question.by === null ? [] : await ask(question), note };
}
