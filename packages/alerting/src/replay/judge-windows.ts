import { rollingWindowEnding, type Window } from '@vigie/kpis';
import { baselineWindow } from '../evaluate/change.ts';
import { evaluateWindow, type WindowDecision } from '../evaluate/evaluate-window.ts';
import type { Instance, Reading, Rule, RuleHealth } from '../types.ts';

/** What one window of a rule asks for. */
export interface ReplayWindow {
  readonly windowEndMs: number;
  readonly window: Window;
  /** The earlier window that a rule on a change compares with. */
  readonly baseline: Window | null;
}

/** The numbers of one window, as they are known when it is judged. */
export interface ReadWindow {
  readonly windowEndMs: number;
  readonly readings: readonly Reading[];
  readonly baselines: readonly Reading[] | null;
}
export interface JudgedWindow extends ReadWindow {
  readonly decision: WindowDecision;
  /** As they stood before. */
  readonly before: readonly Instance[];
}

/** How many windows of a rule end in (sinceMs, untilMs]. */
export function replayWindowCount(rule: Pick<Rule, 'everyMs'>, { sinceMs, untilMs }: { sinceMs: number; untilMs: number }): number {
  return Math.max(0, Math.floor(untilMs / rule.everyMs) - Math.floor(sinceMs / rule.everyMs));
}

/**
 * The windows of a rule whose ends lie in (sinceMs, untilMs], oldest first: the same ones that the monitor plans as time passes.
 *
 * Units    epoch ms; windows end on multiples of the rule's period
 */
export function replayWindows(rule: Rule, range: { sinceMs: number; untilMs: number; zone: string }): ReplayWindow[] {
  const first = (Math.floor(range.sinceMs / rule.everyMs) + 1) * rule.everyMs;
  return Array.from({ length: replayWindowCount(rule, range) }, (_, index) => {
    const windowEndMs = first + index * rule.everyMs;
    const window = rollingWindowEnding(rule.size, windowEndMs, range.zone);
    return { windowEndMs, window, baseline: rule.change === null ? null : baselineWindow(rule, window, range.zone) };
  });
}

/**
 * Judges a rule over a history, window after window, by the very function that the monitor runs.
 *
 * Holds    begins like a rule that was never judged; no clock is read, so the same windows give the same transitions, ids included
 */
export function* judgeWindows(rule: Rule, windows: Iterable<ReadWindow>): Generator<JudgedWindow, void, undefined> {
  let instances: readonly Instance[] = [];
  let evaluatedToMs: number | null = null;
  let health: RuleHealth = { state: 'HEALTHY' };
  for (const read of windows) {
    const { windowEndMs, readings, baselines } = read;
    const input = { rule, instances, evaluatedToMs, windowEndMs, readings, baselines, health, backfilled: false };
    const decision = evaluateWindow(input);
    yield { windowEndMs, readings, baselines, decision, before: instances };
    ({ instances, health } = decision);
    evaluatedToMs = windowEndMs;
  }
}
