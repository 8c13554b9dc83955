import {
  currencyExponentOf,
  type Dimension,
  dimensions,
  evaluateFormula,
  type KpiAnswer,
  type KpiDef,
  kpiById,
  kpiDefs,
  measuresOf,
  parseWindow,
  type TenantSettings,
  type Window,
  WindowError,
} from '@vigie/kpis';
import { readLive } from '@vigie/redis';
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
 * Holds    with --by, the total is made of the slices shown, so both are of one moment
 */
export async function askKpi(context: Context, question: KpiQuestion, source: 'live' | 'sql'): Promise<KpiReply> {
  if (source === 'sql') return replyOf(question, await askClickhouse(context, question), null);
  const live = await readLive(context.redis(), context.place, question);
  const reason = live[0]?.reason;
  if (live[0] === undefined || live[0].value !== null || (reason !== 'not_live' && reason !== 'too_many_values'))
    return replyOf(question, live, null);
  const why =
    reason === 'not_live'
      ? 'it is not kept live for this window (it counts distinct customers, or the window is older than the small panes)'
      : `${question.by} has more values than are kept live`;
  return replyOf(question, await askClickhouse(context, question), `answered by ClickHouse, because ${why}`);
}

function replyOf(question: KpiQuestion, answers: readonly KpiAnswer[], note: string | null): KpiReply {
  const first = answers[0];
  if (question.by === null || (first !== undefined && first.slice === null)) return { total: first ?? null, slices: [], note };
  const isSliced = question.def.onlyBy !== undefined;
  return { total: isSliced ? null : addUp(question, answers), slices: answers, note };
}

/** Ratios are never averaged: measures add up, and the formula is computed again. */
function addUp(question: KpiQuestion, slices: readonly KpiAnswer[]): KpiAnswer | null {
  const [first] = slices;
  if (first === undefined) return null;
  const sum = (id: string): bigint => slices.reduce((left, slice) => left + (slice.measures[id] ?? 0n), 0n);
  const measures = Object.fromEntries(measuresOf(question.def).map(({ id }) => [id, sum(id)]));
  return {
    ...first,
    ...evaluateFormula(question.def, measures, { currencyExponent: currencyExponentOf(first.currency) }),
    measures,
    slice: null,
  };
}
