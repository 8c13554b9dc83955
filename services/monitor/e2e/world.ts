/** A whole installation for one suite: servers, a consumer, a simulator, a monitor with a rules file, and a receiver that counts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRules, type RuleSet } from '@vigie/alerting';
import { kpiDefs } from '@vigie/kpis';
import { type AlertStore, createAlertStore } from '@vigie/redis';
import { type Pipeline, startPipeline, type SuiteServers } from '@vigie/testkit';
import { type CountingReceiver, startReceiver } from '../src/proof/counting-receiver.ts';
import { type Environment, type Service, Simulator, startMonitor } from './processes.ts';

export const minuteMs = 60_000;
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const settings = { basis: 'subscriptions', lapse_after_days: 90, zone: 'UTC', currency: 'EUR' } as const;
/** Signatures are good for five minutes before and after this. */
const receiverAheadMs = 3 * minuteMs;

export class World {
  readonly pipeline: Pipeline;
  readonly store: AlertStore;
  readonly receiver: CountingReceiver;
  readonly environment: Environment;
  readonly rulesFile: string;
  readonly #folder: string;
  readonly #services: { stop(): Promise<unknown> }[] = [];

  private constructor(suite: SuiteServers, made: { pipeline: Pipeline; receiver: CountingReceiver }) {
    this.pipeline = made.pipeline;
    this.receiver = made.receiver;
    this.store = createAlertStore(made.pipeline.redis, suite.redisPrefix);
    this.#folder = mkdtempSync(join(tmpdir(), 'vigie-monitor-e2e-'));
    this.rulesFile = join(this.#folder, 'rules.yaml');
    const settingsFile = join(this.#folder, 'settings.yaml');
    writeFileSync(settingsFile, JSON.stringify({ version: 1, tenants: { default: settings } }));
    this.environment = { ...suite.environment, VIGIE_SETTINGS_FILE: settingsFile, VIGIE_RULES_FILE: this.rulesFile, HOOK_SECRET: secret };
  }

  static async open(suite: SuiteServers): Promise<World> {
    const pipeline = await startPipeline(suite, { settings: { default: settings }, timestamps: 'append_time' });
    await pipeline.untilApplied();
    const receiver = await startReceiver({ secret, nowMs: Date.now() + receiverAheadMs });
    return new World(suite, { pipeline, receiver });
  }

  /** Writes the rules file. */
  writeRules(rulesText: string): RuleSet {
    writeFileSync(this.rulesFile, this.#rulesFileOf(rulesText));
    return this.readRules(rulesText);
  }

  /** Rules as the monitor will have them, before it does. */
  readRules(rulesText: string): RuleSet {
    const parsed = parseRules(this.#rulesFileOf(rulesText), kpiDefs);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    return parsed.ruleSet;
  }

  /** As if these rules had been judged until a moment, and had found everything in order: the monitor goes on from there. */
  async seed({ rules }: Pick<RuleSet, 'rules'>, evaluatedToMs: number): Promise<void> {
    if ((await this.store.epoch()) === null) await this.store.begin('e2e');
    const nothing = { instances: [], records: [], arrivals: [], health: { state: 'HEALTHY' } } as const;
    for (const rule of rules) {
      const result = await this.store.commit({ rule, expectedRevision: 0, evaluatedToMs, ...nothing, nowMs: Date.now() });
      if (result !== 'ok') throw new Error(`expected to seed rule ${rule.uid}, found ${result}`);
    }
  }

  startMonitor(): Service {
    return this.#keep(startMonitor(this.environment));
  }

  async startSimulator(args: readonly string[]): Promise<Simulator> {
    // What comes late restates windows that were judged; the ordinary disorder is the matter of other tests.
    const calm = { VIGIE_SIM_LATE_SHARE: '0', VIGIE_SIM_BAD_SHARE: '0', VIGIE_SIM_COPY_SHARE: '0.02' };
    const simulator = this.#keep(new Simulator({ ...this.environment, ...calm }, args));
    await simulator.untilLive();
    return simulator;
  }

  async close(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.stop()));
    await this.receiver.close();
    await this.pipeline.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Every alert goes to the receiver, at once. */
  #rulesFileOf(rulesText: string): string {
    return `version: 1
rules:
${rulesText}
routes: { default: { channels: [hook], group_wait: 0s, group_interval: 0s } }
channels: { hook: { type: webhook, url: '${this.receiver.url}', secret_env: HOOK_SECRET, allow_private_hosts: ['127.0.0.1'] } }
`;
  }

  #keep<T extends { stop(): Promise<unknown> }>(service: T): T {
    this.#services.push(service);
    return service;
  }
}
