import type { JudgedWindow } from './judge-windows.ts';
import type { InconclusiveReason, Rule, Severity, Transition, Verdict } from '../types.ts';

/** A stretch in which one slice fired at one severity. */
export interface FiringSpan {
  readonly instance: string;
  /** Its value of the rule's dimension; null for a rule without one. */
  readonly slice: string | null;
  readonly episode: string;
  readonly severity: Severity;
  readonly fromMs: number;
  /** End of the window in which it ended or changed; of the last window, if it still fired then. */
  readonly toMs: number;
  readonly isOpen: boolean;
}

/** How a rule would have behaved. Shares are 0..1 of all judgements (windows x slices). */
export interface ReplaySummary {
  readonly firingCount: number;
  /** Firings that began again within `flapWithinMs` after the same slice had resolved: noise that people learn to ignore. */
  readonly flapCount: number;
  readonly flapWithinMs: number;
  readonly firingMs: number;
  readonly transitionCount: number;
  readonly longest: { readonly slice: string | null; readonly fromMs: number; readonly toMs: number; readonly isOpen: boolean } | null;
  readonly judgementCount: number;
  readonly inconclusiveShare: number;
  /** Of all judgements, by why nothing could be said; `no_data` and `error` are among them. */
  readonly inconclusive: Readonly<Partial<Record<InconclusiveReason | 'no_data' | 'error', number>>>;
}

export interface SliceSummary extends ReplaySummary {
  readonly slice: string | null;
}

export interface ReplayReport {
  readonly whole: ReplaySummary;
  /** Those that fired most come first. */
  readonly slices: readonly SliceSummary[];
  readonly spans: readonly FiringSpan[];
  readonly windowCount: number;
  /** Judgements that were left out because the rule watches `max_instances` slices at most. */
  readonly overflowCount: number;
}

const hourMs = 3_600_000;

/** A firing so soon after the last one is the same trouble told twice. */
function flapWithinMs({ everyMs }: Pick<Rule, 'everyMs'>): number {
  return Math.max(6 * everyMs, hourMs);
}

/** Adds up what became of a rule over a history; windows are given in order. */
export class ReplaySummarizer {
  readonly #rule: Rule;
  readonly #slices = new Map<string, SliceTally>();
  #windowCount = 0;
  #overflowCount = 0;
  #lastMs = 0;

  constructor(rule: Rule) {
    this.#rule = rule;
  }

  add({ windowEndMs, decision }: JudgedWindow): void {
    this.#windowCount += 1;
    this.#overflowCount += decision.overflowCount;
    this.#lastMs = windowEndMs;
    for (const { instance, labels, verdict } of decision.verdicts) this.#tallyOf(instance, labels).addVerdict(verdict);
    for (const { transition, slice } of decision.records) {
      this.#tallyOf(transition.instance, slice === null ? {} : { [slice.dimension]: slice.value }).addTransition(transition);
    }
  }

  report(): ReplayReport {
    const within = flapWithinMs(this.#rule);
    const tallies = [...this.#slices.values()];
    const spans = tallies.map((tally) => tally.spansUntil(this.#lastMs));
    const slices = tallies
      .map((tally, index) => ({ slice: tally.slice, ...summaryOf([tally], spans[index]!, within) }))
      .toSorted((a, b) => b.firingMs - a.firingMs || b.firingCount - a.firingCount || ((a.slice ?? '') < (b.slice ?? '') ? -1 : 1));
    return {
      whole: summaryOf(tallies, spans.flat(), within),
      slices,
      spans: spans.flat().toSorted((a, b) => a.fromMs - b.fromMs),
      windowCount: this.#windowCount,
      overflowCount: this.#overflowCount,
    };
  }

  #tallyOf(instance: string, labels: Readonly<Record<string, string>>): SliceTally {
    let tally = this.#slices.get(instance);
    if (tally === undefined) {
      tally = new SliceTally(instance, Object.values(labels)[0] ?? null);
      this.#slices.set(instance, tally);
    }
    return tally;
  }
}

class SliceTally {
  readonly transitions: Transition[] = [];
  readonly inconclusive = new Map<InconclusiveReason | 'no_data' | 'error', number>();
  judgementCount = 0;
  readonly instance: string;
  readonly slice: string | null;

  constructor(instance: string, slice: string | null) {
    this.instance = instance;
    this.slice = slice;
  }

  addVerdict(verdict: Verdict): void {
    this.judgementCount += 1;
    if (verdict.kind === 'breach' || verdict.kind === 'band' || verdict.kind === 'clear') return;
    const reason = verdict.kind === 'inconclusive' ? verdict.reason : verdict.kind;
    this.inconclusive.set(reason, (this.inconclusive.get(reason) ?? 0) + 1);
  }

  addTransition(transition: Transition): void {
    this.transitions.push(transition);
  }

  spansUntil(lastMs: number): FiringSpan[] {
    return this.transitions.flatMap((transition, index): FiringSpan[] => {
      if (transition.kind === 'resolved') return [];
      const next = this.transitions[index + 1];
      const { instance, slice } = this;
      const { episode, severity, windowEndMs: fromMs } = transition;
      return [{ instance, slice, episode, severity, fromMs, toMs: next?.windowEndMs ?? lastMs, isOpen: next === undefined }];
    });
  }
}

function summaryOf(tallies: readonly SliceTally[], spans: readonly FiringSpan[], within: number): ReplaySummary {
  const transitions = tallies.flatMap((tally) => tally.transitions);
  const judgementCount = tallies.reduce((sum, tally) => sum + tally.judgementCount, 0);
  const inconclusive: Partial<Record<InconclusiveReason | 'no_data' | 'error', number>> = {};
  for (const tally of tallies) {
    for (const [reason, count] of tally.inconclusive) inconclusive[reason] = (inconclusive[reason] ?? 0) + count;
  }
  const unknownCount = Object.values(inconclusive).reduce((sum, count) => sum + count, 0);
  return {
    firingCount: transitions.filter(({ kind }) => kind === 'firing').length,
    flapCount: tallies.reduce((sum, tally) => sum + flapsOf(tally.transitions, within), 0),
    flapWithinMs: within,
    firingMs: spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0),
    transitionCount: transitions.length,
    longest: longestOf(spans),
    judgementCount,
    inconclusiveShare: judgementCount === 0 ? 0 : unknownCount / judgementCount,
    inconclusive,
  };
}

function flapsOf(transitions: readonly Transition[], within: number): number {
  return transitions.filter(({ kind, windowEndMs }, index) => {
    const before = transitions[index - 1];
    return kind === 'firing' && before !== undefined && windowEndMs - before.windowEndMs <= within;
  }).length;
}

/** The longest episode: its spans of several severities are one. */
function longestOf(spans: readonly FiringSpan[]): ReplaySummary['longest'] {
  const episodes = new Map<string, NonNullable<ReplaySummary['longest']>>();
  for (const { episode, slice, fromMs, toMs, isOpen } of spans) {
    episodes.set(episode, { slice, fromMs: episodes.get(episode)?.fromMs ?? fromMs, toMs, isOpen });
  }
  let longest: ReplaySummary['longest'] = null;
  for (const episode of episodes.values()) {
    if (longest === null || episode.toMs - episode.fromMs > longest.toMs - longest.fromMs) longest = episode;
  }
  return longest;
}
