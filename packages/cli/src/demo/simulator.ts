import { CliError } from '../console/cli-error.ts';

/** What the simulator's ledger says is true; money in minor units, the value as it is published. */
export interface LedgerAnswer {
  readonly value: string | null;
  readonly reason: string | null;
  readonly numerator: number;
  readonly denominator: number;
}

export interface Slice {
  readonly dimension: string;
  readonly value: string;
}

export interface LedgerQuestion {
  readonly kpi: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly slice: Slice | null;
}

/** A rule in the words of `POST /expected`. */
export interface ExpectedRule {
  readonly kpi: string;
  readonly size: string;
  readonly every: string;
  readonly limits: readonly { readonly severity: string; readonly limit: string; readonly recovery: string }[];
  readonly min_sample: { readonly measure: string; readonly at_least: number };
  readonly slice?: Slice;
}

export interface ExpectedTransition {
  readonly windowEndMs: number;
  readonly kind: string;
  readonly severity: string;
  readonly value: string | null;
}

export interface SimulatorStatus {
  readonly phase: 'history' | 'live' | 'done';
  readonly counts: {
    readonly sentCount: number;
    readonly eventCount: number;
    readonly copyCount: number;
    readonly lateCount: number;
    readonly badCount: number;
    readonly customerCount: number;
  };
}

export interface WaveOrder {
  readonly startMs: number;
  readonly forMs: number;
  readonly graceMs: number;
  readonly plan: string;
  /** 0..1 of the plan's customers. */
  readonly share: number;
}

/** The simulator's control endpoint. */
export interface Simulator {
  readonly url: string;
  status(): Promise<SimulatorStatus>;
  ledger(question: LedgerQuestion): Promise<LedgerAnswer>;
  expected(rule: ExpectedRule, over: { fromMs: number; toMs: number }): Promise<readonly ExpectedTransition[]>;
  churnWave(order: WaveOrder): Promise<{ readonly start: string; readonly end: string }>;
}

const answerDeadlineMs = 30_000;

/** Errors   CliError with the simulator's own words when it refuses or does not answer */
export function connectSimulator(port: number): Simulator {
  const url = `http://127.0.0.1:${port}`;
  const ask = async <T>(path: string, body?: unknown): Promise<T> => {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${url}${path}`, { ...sent, signal: AbortSignal.timeout(answerDeadlineMs) }).catch((error: unknown) => {
      throw new CliError(`expected the simulator to answer at ${url}${path}, found ${String(error)}; look at its log`);
    });
    if (!answer.ok) throw new CliError(`expected the simulator to take ${path}, found ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  return {
    url,
    status: () => ask('/status'),
    ledger: ({ kpi, fromMs, toMs, slice }) => {
      const by = slice === null ? {} : { by: slice.dimension, value: slice.value };
      return ask(`/ledger?${new URLSearchParams({ kpi, from: String(fromMs), to: String(toMs), ...by }).toString()}`);
    },
    expected: (rule, { fromMs, toMs }) => ask('/expected', { ...rule, from: iso(fromMs), to: iso(toMs) }),
    churnWave: ({ startMs, forMs, graceMs, plan, share }) =>
      ask('/incidents', { kind: 'churn-wave', at: iso(startMs), for: `${forMs}ms`, grace: `${graceMs}ms`, plan, share }),
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();
