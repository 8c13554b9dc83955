/** A stage for monitors that are killed: a scripted KPI, a counting receiver, one store, and processes that come and go. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseRules, type AlertRecord } from '@vigie/alerting';
import { kpiDefs } from '@vigie/kpis';
import type { AlertStore } from '@vigie/redis';
import { eventually } from '@vigie/testkit';
import { expect } from 'vitest';
import { startReceiver, type Answer, type CountingReceiver } from './counting-receiver.ts';
import type { Script } from './script.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const startMs = Date.UTC(2026, 10, 22, 10);
// Limits: warning 5 until below 4.5, critical 7 until below 6.
const values = ['3.00', '6.00', '8.00', '5.50', '4.70', '4.00', '9.00', '1.00'];
/** What each value must lead to, worked out by hand: two episodes. */
const transitionAfter = [null, 'firing', 'escalated', 'deescalated', null, 'resolved', 'firing', 'resolved'];
export const expectedKinds = transitionAfter.filter((kind) => kind !== null);
const nowMs = startMs + values.length * 60_000;
/** Longer than a lease: who starts after a death need not wait for those of the dead. */
const generationMs = 30_000;
const entry = fileURLToPath(new URL('./scripted-monitor.ts', import.meta.url));

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<{ signal: NodeJS.Signals | null; code: number | null; output: string }>;
}

export interface StageOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly prefix: string;
  readonly store: AlertStore;
  readonly answerOf?: (id: string, attempt: number) => Answer;
}

interface Told {
  readonly transitions: readonly string[];
  readonly episode: string;
}

export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), 'vigie-monitor-'));
  readonly store: AlertStore;
  readonly #options: StageOptions;
  readonly #children: ChildProcess[] = [];
  readonly receiver: CountingReceiver;
  #releasedCount = 0;
  #startCount = 0;

  private constructor(options: StageOptions, receiver: CountingReceiver) {
    this.#options = options;
    this.store = options.store;
    this.receiver = receiver;
  }

  static async open(options: StageOptions): Promise<Stage> {
    const { answerOf } = options;
    const receiver = await startReceiver({ secret, nowMs, ...(answerOf === undefined ? {} : { answerOf }) });
    const stage = new Stage(options, receiver);
    stage.writeRules();
    stage.#writeScript();
    return stage;
  }

  writeRules(change: (text: string) => string = (text) => text): void {
    writeFileSync(join(this.folder, 'rules.yaml'), change(rulesText(this.receiver.url)));
  }

  /** As if the rule had been judged until the script begins, so that every minute of it is a window to judge. */
  async seed(): Promise<void> {
    const parsed = parseRules(rulesText(this.receiver.url), kpiDefs);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const [rule] = parsed.ruleSet.rules;
    await this.store.begin('stage');
    const nothing = { instances: [], records: [], arrivals: [], health: { state: 'HEALTHY' } } as const;
    expect(await this.store.commit({ rule: rule!, expectedRevision: 0, evaluatedToMs: startMs, ...nothing, nowMs })).toBe('ok');
  }

  start(env: Readonly<Record<string, string>> = {}): Running {
    const { environment, prefix } = this.#options;
    const child = spawn(process.execPath, [entry], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        ...environment,
        VIGIE_REDIS_PREFIX: prefix,
        VIGIE_RULES_FILE: join(this.folder, 'rules.yaml'),
        VIGIE_FAULT_FILE: join(this.folder, 'faults'),
        HOOK_SECRET: secret,
        SCRIPT_FILE: join(this.folder, 'script.json'),
        LATER_MS: String(this.#startCount * generationMs),
        ATTEMPT_TIMEOUT_MS: '300',
        ...env,
      },
    });
    this.#startCount += 1;
    this.#children.push(child);
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise<Awaited<Running['ended']>>((resolve) =>
      child.on('close', (code, signal) => resolve({ code, signal, output })),
    );
    return { child, ended };
  }

  /** Lets the next value become complete. */
  release(): void {
    this.#releasedCount += 1;
    this.#writeScript();
  }

  get isOver(): boolean {
    return this.#releasedCount === values.length;
  }

  /** Waits until the transitions that the released values lead to are told, or until `giveUp` says that nobody is left to tell them. */
  async untilTold(giveUp: () => boolean = () => false): Promise<void> {
    const expectedCount = transitionAfter.slice(0, this.#releasedCount).filter((kind) => kind !== null).length;
    await eventually(
      async () => {
        if (giveUp()) return;
        const evaluatedTo = (await this.store.load({ tenant: 'default', uid: 'churn' })).evaluatedToMs;
        expect(evaluatedTo).toBe(startMs + this.#releasedCount * 60_000);
        expect(this.told().flatMap(({ transitions }) => transitions)).toHaveLength(expectedCount);
        expect(await this.store.outboxDepth()).toBe(0);
      },
      { deadlineMs: 30_000 },
    );
  }

  /** Plays the rest of the script with whatever runs. */
  async playOut(): Promise<void> {
    for (; !this.isOver; this.release()) await this.untilTold();
    await this.untilTold();
  }

  /** What the receiver accepted, each message once, in order. */
  told(): Told[] {
    const accepted = this.receiver.receipts.filter(({ isAccepted }) => isAccepted);
    const first = [...Map.groupBy(accepted, ({ id }) => id).values()].map(([receipt]) => receipt!);
    return first.flatMap(({ body }) => {
      const message: { data: { alerts: { episode: string; transitions: string[] }[] } } = JSON.parse(body);
      return message.data.alerts.map(({ episode, transitions }) => ({ episode, transitions }));
    });
  }

  faults(): string {
    const file = join(this.folder, 'faults');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  async stopCleanly(running: Running): Promise<string> {
    running.child.kill('SIGTERM');
    const { code, output } = await running.ended;
    expect(code).toBe(0);
    return output;
  }

  /** One record per transition; each told once and in its order, signed, and nothing else but the same again. */
  async expectHonest(): Promise<void> {
    const history: AlertRecord[] = (await this.store.history(100)).toReversed();
    expect(history.map(({ transition }) => transition.kind)).toEqual(expectedKinds);
    const ids = history.map(({ transition }) => transition.id);
    expect(new Set(ids).size).toBe(expectedKinds.length);
    // In the very order in which they were decided: no resolve before its firing.
    expect(this.told().flatMap(({ transitions }) => transitions)).toEqual(ids);
    for (const [, same] of Map.groupBy(this.receiver.receipts, ({ id }) => id)) {
      expect(new Set(same.map(({ body }) => body)).size, 'a re-send says the same as the first time').toBe(1);
      expect(same.every(({ isSigned }) => isSigned)).toBe(true);
    }
    expect(await this.store.deadLetters(10)).toEqual([]);
  }

  async close(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    }
    await this.receiver.close();
    rmSync(this.folder, { recursive: true });
  }

  #writeScript(): void {
    const script: Script = { startMs, nowMs, values: values.slice(0, this.#releasedCount) };
    // Whole or not at all: the monitor reads it at any moment.
    const file = join(this.folder, 'script.json');
    writeFileSync(`${file}.new`, JSON.stringify(script));
    renameSync(`${file}.new`, file);
  }
}

function rulesText(url: string): string {
  return `version: 1
rules:
  - uid: churn
    kpi: customer_churn_rate
    window: { size: 30d, every: 1m }
    severity: { warning: { at_or_above: 5, recover_below: 4.5 }, critical: { at_or_above: 7, recover_below: 6 } }
    min_sample: { measure: customers_at_start, at_least: 50 }
routes: { default: { channels: [hook], group_wait: 0s, group_interval: 0s } }
channels: { hook: { type: webhook, url: '${url}', secret_env: HOOK_SECRET, allow_private_hosts: ['127.0.0.1'] } }
`;
}
