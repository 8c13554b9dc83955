import { severities, type Rule, type Severity } from '@vigie/alerting';
import { dayNumberOf, rollingSizeMs } from '@vigie/kpis';
import { nearest } from '@vigie/runtime';
import { CliError, exitCodes } from '../../console/cli-error.ts';
import { addDecimals } from './decimals.ts';

/** So many limits are tried at most: each is a history judged anew. */
const sweepStepCountMax = 100;

/** One severity's limit, moved over a range. */
export interface Sweep {
  readonly uid: string;
  readonly severity: Severity;
  readonly limits: readonly string[];
}

const usage = (message: string): CliError => new CliError(message, exitCodes.usage);

/** A moment as people write it: 180d before now, a date (its midnight in UTC), or an instant with its offset. */
export function readMoment(option: string, text: string, nowMs: number): number {
  if (/^\d+[mhd]$/.test(text)) {
    try {
      return nowMs - rollingSizeMs(text);
    } catch {
      // Said below, with the other forms.
    }
  }
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/.test(text);
  // Date.parse takes 30 February for 2 March.
  const isReal = dayNumberOf(text.slice(0, 10)) !== undefined;
  const ms = isReal && (isDate || isInstant) ? Date.parse(text) : NaN;
  if (!Number.isNaN(ms)) return ms;
  throw usage(
    `${option}: expected a length of time before now (180d, 24h), a date (2026-03-01) or an instant with its offset (2026-03-01T09:00Z), found ${JSON.stringify(text)}`,
  );
}

/** The rules that a person named, or all that have a history. */
export function chooseRules(rules: readonly Rule[], uids: readonly string[]): readonly Rule[] {
  for (const uid of uids) requireRule(rules, '--rule', uid);
  return uids.length === 0 ? rules.filter(({ kind }) => kind === 'kpi') : rules.filter(({ uid }) => uids.includes(uid));
}

function requireRule(rules: readonly Rule[], option: string, uid: string): Rule {
  const uids = rules.map((rule) => rule.uid);
  const rule = rules.find((one) => one.uid === uid);
  if (rule === undefined) {
    const meant = nearest(uid, uids) ?? uids.find((known) => known.includes(uid) || uid.includes(known));
    throw usage(
      `${option}: expected the uid of a rule, found ${JSON.stringify(uid)}; ${meant ? `did you mean ${meant}?` : `known: ${uids.join(', ')}`}`,
    );
  }
  if (rule.kind === 'pipeline') {
    throw usage(`${option}: expected a rule on a KPI, found ${uid}, which watches ${rule.kpi}: Vigie keeps no history of its own signals`);
  }
  return rule;
}

const sweepForm = '"churn-30d: warning 3..8 step 0.5"';

/** The text of `--sweep`, which must stand once: a second one would take the place of the first in silence. */
export function oneSweep(text: string, before: string | undefined): string {
  if (before === undefined) return text;
  throw usage(`--sweep: expected it once, found ${JSON.stringify(before)} and ${JSON.stringify(text)}; run the backtest once for each`);
}

/** Reads `churn-30d: warning 3..8 step 0.5`; the uid may be left out where one rule was chosen. */
export function readSweep(text: string, rules: readonly Rule[]): Sweep {
  const number = String.raw`-?\d{1,15}(?:\.\d{1,6})?`;
  const form = new RegExp(String.raw`^\s*(?:([^\s:]+)\s*:)?\s*([a-z]+)\s+(${number})\s*\.\.\s*(${number})\s+step\s+(${number})\s*$`);
  const match = form.exec(text);
  if (match === null) throw usage(`--sweep: expected ${sweepForm}, found ${JSON.stringify(text)}`);
  const [, named, severityText = '', from = '', to = '', step = ''] = match;
  const uid = named ?? (rules.length === 1 ? rules[0]!.uid : undefined);
  if (uid === undefined) throw usage(`--sweep: expected a rule before the severity, as in ${sweepForm}, found none`);
  const rule = requireRule(rules, '--sweep', uid);
  const severity = severities.find((one) => one === severityText);
  if (severity === undefined || !rule.limits.some((level) => level.severity === severity)) {
    const has = rule.limits.map((level) => level.severity).join(', ');
    throw usage(`--sweep: expected a severity of ${uid} (${has}), found ${JSON.stringify(severityText)}`);
  }
  return { uid, severity, limits: stepsOf(from, to, step) };
}

function stepsOf(from: string, to: string, step: string): string[] {
  if (!(Number(step) > 0)) throw usage(`--sweep: expected a step above 0, found ${step}`);
  if (Number(from) > Number(to)) throw usage(`--sweep: expected a range that rises, as in 3..8, found ${from}..${to}`);
  const limits: string[] = [];
  for (let limit = addDecimals(from, '0'); Number(limit) <= Number(to); limit = addDecimals(limit, step)) {
    limits.push(limit);
    if (limits.length > sweepStepCountMax) {
      throw usage(`--sweep: expected at most ${sweepStepCountMax} limits, found more in ${from}..${to} step ${step}; take a larger step`);
    }
  }
  return limits;
}
