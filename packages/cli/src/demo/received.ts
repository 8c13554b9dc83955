import type { DriverTable } from '@vigie/alerting';
import type { Delivery } from './receive-webhooks.ts';

/** An alert as it stands in the body of a webhook; docs/alerting.md has every key. */
export interface ReceivedAlert {
  readonly status: 'firing' | 'resolved';
  readonly kind: string;
  readonly severity: string;
  readonly transitions: readonly string[];
  readonly started_at: string;
  readonly rule: { readonly uid: string; readonly name: string };
  readonly kpi: string;
  readonly slice: { readonly dimension: string; readonly value: string } | null;
  readonly value: string | null;
  readonly value_reason: string | null;
  readonly unit: 'percent' | 'currency' | 'count' | 'ratio' | 'seconds' | null;
  readonly currency: string | null;
  readonly window: ReceivedWindow | null;
  readonly complete_through: string | null;
  readonly threshold: { readonly comparison: string; readonly limit: string; readonly recovery: string } | null;
  readonly sample: { readonly measure: string; readonly value: string | null; readonly at_least: string } | null;
  readonly moved: {
    readonly since: ReceivedWindow;
    readonly value: { readonly before: string | null; readonly after: string | null; readonly change: string | null };
    readonly measures: Readonly<Record<string, { readonly before: string | null; readonly after: string }>>;
  } | null;
  readonly drivers: readonly DriverTable[];
  readonly summary: string;
  readonly explain: string | null;
}

interface ReceivedWindow {
  readonly size: string;
  readonly from: string;
  readonly to: string;
}

/** One change of one rule, or of one slice of it. */
export interface SeenTransition {
  readonly rule: string;
  readonly slice: string | null;
  readonly windowEndMs: number;
  readonly kind: string;
  readonly severity: string;
  readonly value: string | null;
}

/** The alerts of a delivery; none where its signature is not good or its body is something else. */
export function alertsIn({ body, verified }: Delivery): readonly ReceivedAlert[] {
  if (!verified) return [];
  try {
    return (JSON.parse(body) as { data?: { alerts?: readonly ReceivedAlert[] } }).data?.alerts ?? [];
  } catch {
    return [];
  }
}

/** What deliveries told for the first time of some rules; a repeat tells nothing new. */
export function transitionsIn(deliveries: readonly Delivery[], rules: readonly string[]): readonly SeenTransition[] {
  return deliveries
    .flatMap(alertsIn)
    .filter(({ rule, transitions }) => rules.includes(rule.uid) && transitions.length > 0)
    .map(({ rule, slice, window, kind, severity, value }) => ({
      ...{ rule: rule.uid, slice: slice?.value ?? null, kind, severity, value },
      windowEndMs: window === null ? NaN : Date.parse(window.to),
    }));
}

export interface TransitionsCompared {
  readonly equal: readonly string[];
  /** Expected and not received. */
  readonly missing: readonly string[];
  /** Received and not expected. */
  readonly extra: readonly string[];
}

/** Compares two lists of transitions in every part, each one as often as it occurs. */
export function compareTransitions(expected: readonly SeenTransition[], received: readonly SeenTransition[]): TransitionsCompared {
  const left = received.map(textOf);
  const equal: string[] = [];
  const missing: string[] = [];
  for (const text of expected.map(textOf)) {
    const index = left.indexOf(text);
    (index < 0 ? missing : equal).push(text);
    if (index >= 0) left.splice(index, 1);
  }
  return { equal, missing, extra: left };
}

function textOf({ rule, slice, windowEndMs, kind, severity, value }: SeenTransition): string {
  const end = Number.isNaN(windowEndMs) ? 'no window' : new Date(windowEndMs).toISOString().slice(0, 16);
  return `${rule}${slice === null ? '' : ` ${slice}`} ${kind} ${severity} at ${value ?? 'no value'}, window to ${end}Z`;
}
