import { baselineWindow, type Rule } from '@vigie/alerting';
import {
  type Dimension,
  type KpiAnswer,
  kpiById,
  type KpiDef,
  parseWindow,
  rollingWindowEnding,
  type TenantSettings,
  type Window,
} from '@vigie/kpis';
import { readLiveTogether } from '@vigie/redis';
import { askClickhouse } from '../ask/ask-clickhouse.ts';
import type { Context } from '../context.ts';
import type { RuleNumbers } from './kpi-rows.ts';

/** Windows in the past that a sparkline shows. */
const pastCountMax = 24;
/** Rules with numbers on the screen; there is no room for more. */
export const rulesMax = 40;
/** Past windows that one refresh reads: a start is spread over some of them. */
const pastPerRefreshMax = 48;
/** Late events change the past: it is read again this often. */
const pastKeptMs = 60_000;
/** What only ClickHouse can answer is asked this often. */
const slowEveryMs = 15_000;

interface Kept {
  readonly readMs: number;
  readonly answers: readonly KpiAnswer[];
}

interface Question {
  readonly rule: Rule;
  readonly def: KpiDef;
  readonly settings: TenantSettings;
  readonly by: Dimension | null;
  /** The same for rules that ask the same. */
  readonly key: string;
}

interface Wanted {
  readonly question: Question;
  readonly window: Window;
  readonly role: 'now' | 'baseline' | 'past';
  readonly key: string;
}

/**
 * Reads the numbers that rules watch, as they are now and were at the ends of their last windows.
 *
 * Holds    one refresh reads each partition a bounded number of times; rules that ask the same share one read
 * Errors   those of Redis; an outage of ClickHouse leaves out what only it knows
 */
export class NumbersReader {
  readonly #context: Context;
  readonly #kept = new Map<string, Kept>();

  constructor(context: Context) {
    this.#context = context;
  }

  async read(rules: readonly Rule[], nowMs: number): Promise<readonly RuleNumbers[]> {
    const questions = rules.slice(0, rulesMax).flatMap((rule) => this.#questionOf(rule));
    const current = questions.flatMap((question) => this.#currentWindows(question, nowMs));
    const past = questions.flatMap((question) => pastWindows(question, nowMs));
    const due = unique(past)
      .filter(({ key }) => nowMs - (this.#kept.get(key)?.readMs ?? -Infinity) >= pastKeptMs)
      .toSorted((a, b) => (this.#kept.get(a.key)?.readMs ?? 0) - (this.#kept.get(b.key)?.readMs ?? 0))
      .slice(0, pastPerRefreshMax);
    await this.#readLive(unique([...current, ...due]), nowMs);
    for (const wanted of unique(current)) await this.#readSlow(wanted, nowMs);
    this.#forget(new Set([...current, ...past].map(({ key }) => key)));
    return questions.map((question) => this.#numbersOf(question, nowMs));
  }

  #questionOf(rule: Rule): Question[] {
    const def = kpiById(rule.kpi);
    if (def === undefined || rule.kind !== 'kpi') return [];
    const by = (rule.groupBy ?? def.onlyBy ?? null) as Dimension | null;
    return [
      { rule, def, by, settings: this.#context.settings.of(rule.tenant), key: JSON.stringify([rule.tenant, rule.kpi, rule.size, by]) },
    ];
  }

  #currentWindows(question: Question, nowMs: number): Wanted[] {
    const { rule, settings } = question;
    const window = parseWindow(rule.size, { nowMs, zone: settings.zone });
    const windows = rule.change === null ? [window] : [window, baselineWindow(rule, window, settings.zone)];
    return windows.map((one, index) => ({ question, window: one, role: index === 0 ? 'now' : 'baseline', key: keyOf(question, one) }));
  }

  async #readLive(wanted: readonly Wanted[], nowMs: number): Promise<void> {
    const byTenant = Map.groupBy(wanted, ({ question }) => question.rule.tenant);
    for (const [tenant, own] of byTenant) {
      const asks = own.map(({ question: { def, by }, window }) => ({ def, window, by }));
      const { answers } = await readLiveTogether(this.#context.redis(), this.#context.place, {
        tenant,
        settings: own[0]!.question.settings,
        asks,
      });
      for (const [index, { key }] of own.entries()) this.#keep(key, answers[index]!, nowMs);
    }
  }

  /** Live answers do not replace what ClickHouse said where Redis cannot answer. */
  #keep(key: string, answers: readonly KpiAnswer[], nowMs: number): void {
    const known = this.#kept.get(key);
    if (isNotLive(answers) && known !== undefined && !isNotLive(known.answers)) return;
    this.#kept.set(key, { readMs: nowMs, answers });
  }

  async #readSlow({ question, window, role, key }: Wanted, nowMs: number): Promise<void> {
    const slowKey = `${question.key} ${role} slow`;
    const known = this.#kept.get(key);
    if (known === undefined || !isNotLive(known.answers)) return;
    const last = this.#kept.get(slowKey);
    if (last !== undefined && nowMs - last.readMs < slowEveryMs) {
      this.#kept.set(key, { readMs: nowMs, answers: last.answers });
      return;
    }
    const { def, settings, by, rule } = question;
    const answers = await askClickhouse(this.#context, { def, settings, by, tenant: rule.tenant, window }).catch(() => known.answers);
    this.#kept.set(slowKey, { readMs: nowMs, answers });
    this.#kept.set(key, { readMs: nowMs, answers });
  }

  #forget(wanted: ReadonlySet<string>): void {
    for (const key of this.#kept.keys()) if (!wanted.has(key) && !key.endsWith(' slow')) this.#kept.delete(key);
  }

  #numbersOf(question: Question, nowMs: number): RuleNumbers {
    const [current, baseline] = this.#currentWindows(question, nowMs);
    const answersOf = (wanted: Wanted | undefined): readonly KpiAnswer[] =>
      wanted === undefined ? [] : (this.#kept.get(wanted.key)?.answers ?? []);
    return {
      rule: question.rule,
      now: answersOf(current),
      baselines: answersOf(baseline),
      past: pastWindows(question, nowMs).map(({ window, key }) => ({ endMs: window.to, answers: this.#kept.get(key)?.answers ?? null })),
    };
  }
}

/** The last windows that the rule judged or will have judged, oldest first. */
function pastWindows(question: Question, nowMs: number): Wanted[] {
  const { rule, settings } = question;
  const newest = Math.floor(nowMs / rule.everyMs) * rule.everyMs;
  return Array.from({ length: pastCountMax }, (_, index) => {
    const window = rollingWindowEnding(rule.size, newest - (pastCountMax - 1 - index) * rule.everyMs, settings.zone);
    return { question, window, role: 'past', key: keyOf(question, window) };
  });
}

const keyOf = ({ key }: Question, { from, to }: Window): string => `${key} ${from} ${to}`;

const isNotLive = (answers: readonly KpiAnswer[]): boolean =>
  answers.some(({ reason }) => reason === 'not_live' || reason === 'too_many_values');

const unique = (wanted: readonly Wanted[]): Wanted[] => [...new Map(wanted.map((one) => [one.key, one])).values()];
