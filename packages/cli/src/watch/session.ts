import { setTimeout as pause } from 'node:timers/promises';
import { CliError } from '../console/cli-error.ts';
import { describeFailure } from '../console/describe-failure.ts';
import type { Trouble, WatchModel } from './frame.ts';
import { type Effect, initialUi, type Key, press, type UiState } from './ui-state.ts';
import type { WatchSource } from './watch-source.ts';

const refreshMs = 1_000;
/** A reading that takes long is not repeated at once: of the time, at most so much is spent on reading. */
const readShareMax = 0.25;
const restMaxMs = 10_000;
/** An answer that takes longer than this is told as an outage, before it has become one. */
const slowMs = 3_000;

/** What the screen shows at one moment. */
export interface Snapshot {
  readonly ui: UiState;
  readonly model: WatchModel | null;
  readonly trouble: Trouble | null;
  /** The alert in full, where it was asked for. */
  readonly details: string;
  readonly nowMs: number;
}

/**
 * Reads again and again, and does what keys ask for; the screen draws its snapshots.
 *
 * Holds    a reading that fails keeps what was read before and says so; the next one that succeeds ends that
 */
export class WatchSession {
  readonly #source: WatchSource;
  readonly #clock: () => number;
  readonly #listeners = new Set<() => void>();
  readonly #ended = Promise.withResolvers<{ isInterrupted: boolean }>();
  #readStartedMs: number | null = null;
  #snapshot: Snapshot;

  constructor(source: WatchSource, clock: () => number) {
    this.#source = source;
    this.#clock = clock;
    this.#snapshot = { ui: initialUi, model: null, trouble: null, details: '', nowMs: clock() };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly snapshot = (): Snapshot => this.#snapshot;

  /** When a person has had enough. */
  get ended(): Promise<{ isInterrupted: boolean }> {
    return this.#ended.promise;
  }

  end(isInterrupted: boolean): void {
    this.#ended.resolve({ isInterrupted });
  }

  /** Reads until the signal says stop. */
  async run(signal: AbortSignal): Promise<void> {
    const ticking = this.#tick(signal);
    while (!signal.aborted) {
      const startedMs = performance.now();
      const isRead = await this.refresh();
      const tookMs = performance.now() - startedMs;
      await rest(isRead ? Math.min(restMaxMs, Math.max(refreshMs - tookMs, tookMs / readShareMax - tookMs)) : refreshMs, signal);
    }
    await ticking;
  }

  /** The clock goes on while nothing answers. */
  async #tick(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await rest(refreshMs, signal);
      const nowMs = this.#clock();
      const startedMs = this.#readStartedMs;
      const isSlow = startedMs !== null && nowMs - startedMs > slowMs && this.#snapshot.trouble === null;
      this.#show(isSlow ? { nowMs, trouble: { sinceMs: startedMs, text: 'the servers take their time' } } : { nowMs });
    }
  }

  /** False when nothing could be read. */
  async refresh(): Promise<boolean> {
    const nowMs = this.#clock();
    this.#readStartedMs = nowMs;
    try {
      const model = await this.#source.read(nowMs);
      this.#show({ model, trouble: null, nowMs: this.#clock() });
      return true;
    } catch (error) {
      this.#show({
        trouble: { sinceMs: this.#snapshot.trouble?.sinceMs ?? nowMs, text: describeFailure(error).message },
        nowMs: this.#clock(),
      });
      return false;
    } finally {
      this.#readStartedMs = null;
    }
  }

  press(key: Key): void {
    const { ui, model } = this.#snapshot;
    const { state, effect } = press(ui, key, model?.alerts ?? []);
    this.#show({ ui: state });
    if (effect !== null) void this.#perform(effect);
  }

  async #perform(effect: Effect): Promise<void> {
    if (effect.kind === 'quit') return this.end(effect.isInterrupted);
    try {
      const done = await this.#do(effect);
      if (done === null) return;
      this.#notice(done, false);
      await this.refresh();
    } catch (error) {
      this.#notice(error instanceof CliError ? error.message : describeFailure(error).message, true);
    }
  }

  async #do(effect: Exclude<Effect, { kind: 'quit' }>): Promise<string | null> {
    const nowMs = this.#clock();
    const { alert } = effect;
    if (effect.kind === 'open') {
      this.#show({ details: 'reading ...' });
      this.#show({ details: await this.#source.details(alert, nowMs) });
      return null;
    }
    if (effect.kind === 'acknowledge') {
      await this.#source.acknowledge(effect.alert, effect.comment, nowMs);
      return `acknowledged: ${alert.rule.name}; repeats stop until it becomes graver or ends`;
    }
    await this.#source.silence(alert, effect, nowMs);
    return `silenced: ${alert.rule.name}; vigie alerts silence list shows until when`;
  }

  #notice(text: string, isBad: boolean): void {
    this.#show({ ui: { ...this.#snapshot.ui, notice: { text, isBad } } });
  }

  #show(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => {});
}
