import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isatty } from 'node:tty';
import { CliError, type ExitCode, exitCodes } from '../console/cli-error.ts';
import type { Output } from '../console/output.ts';
import { openContext } from '../context.ts';
import { startStack, type Stack } from '../stack/start-stack.ts';
import type { Interrupted } from '../stack/until-interrupted.ts';
import { claimFolder } from './claim-folder.ts';
import { keepDrawing } from './keep-drawing.ts';
import { receiveWebhooks } from './receive-webhooks.ts';
import { renderDelivery } from './render-delivery.ts';
import type { Scene } from './scene.ts';
import { createScreen } from './screen.ts';
import { tellStory } from './story.ts';
import { whatToTry } from './what-to-try.ts';

export interface DemoOptions {
  readonly output: Output;
  readonly env: NodeJS.ProcessEnv;
  readonly dataDir: string;
  /** Of the company. */
  readonly seed: number;
  /** Also shows headers and JSON of each webhook. */
  readonly payload: boolean;
  /** Ends by itself when everything was shown. */
  readonly exits: boolean;
  readonly interrupted: Interrupted;
}

/** The simulator's company is counted by subscriptions and in EUR. */
const settings = 'version: 1\ndefault: { basis: subscriptions, zone: UTC, currency: EUR }\n';

/**
 * Plays the whole way once: real servers, a company's history, live KPIs, a churn wave, the signed alert with its cause, its end, the proof.
 *
 * Holds    exit code 0 only if alert and end arrived with good signatures, as the ledger expects them, and every number was equal
 */
export async function runDemo(options: DemoOptions): Promise<ExitCode> {
  const startedMs = performance.now();
  const screen = createScreen();
  const { bold, dim } = options.output.talkColors;
  const seconds = (): string => ((performance.now() - startedMs) / 1000).toFixed(0).padStart(3);
  const say = (line: string): void => screen.talk(`${dim(`${seconds()} s`)}  ${line}`);
  const { folder, release } = claimFolder(options.dataDir);
  const settingsFile = resolve(folder, 'settings.yaml');
  const rulesFile = resolve(folder, 'rules.yaml');
  const scene = { screen, say, folder, rulesFile, seed: options.seed, output: options.output };
  let isGood = false;
  try {
    writeFileSync(settingsFile, settings);
    say(bold('Starting real Kafka, Redis and ClickHouse'));
    const stack = await startStack({
      dataDir: folder,
      env: withoutOurs(options.env),
      report: (line) => say(dim(line)),
      extra: { VIGIE_SETTINGS_FILE: settingsFile, VIGIE_RULES_FILE: rulesFile },
    });
    try {
      isGood = await playOn(stack, options, scene);
    } finally {
      say(dim('stopping services and servers ...'));
      await stack.stop();
    }
  } finally {
    // After a failure the logs are what one wants to read.
    if (isGood) {
      rmSync(folder, { recursive: true, force: true });
      if (options.exits) screen.talk(endedText(isatty(1)));
    } else screen.talk(`The demo's data and logs stay in ${join(folder, 'logs')}`);
    release();
  }
  return isGood ? exitCodes.ok : exitCodes.wrong;
}

/** Why nothing runs any more: whoever pipes the output into a file expects it to stay live. */
function endedText(isTerminal: boolean): string {
  const why = isTerminal ? '--exit was given' : 'stdout is no terminal';
  const how = isTerminal ? 'npm run demo without --exit' : 'npm run demo without a pipe, in a terminal';
  return `The demo has ended and its data is removed, because ${why}. To look around while it lives on: ${how}.`;
}

/** The demo's servers and company are its own: what the environment names is real work. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^VIGIE_(KAFKA|REDIS|CLICKHOUSE|SETTINGS|RULES|DATA|SIM)_/.test(name)));
}

async function playOn(stack: Stack, options: DemoOptions, scene: Scene): Promise<boolean> {
  const { say, screen, folder, output } = scene;
  const context = openContext({ env: stack.environment, dataDir: folder });
  const receiver = await receiveWebhooks((delivery) => {
    screen.print(renderDelivery(delivery, { colors: output.colors, whole: options.payload }));
  });
  const table = keepDrawing(scene, context);
  try {
    const told = await untilStopped(options.interrupted, tellStory({ scene, stack, context, receiver, table }));
    say(
      told.isGood
        ? 'Done: the alert came and ended, signed, as it had to, and every number is proved.'
        : 'Done, and not all is well: see above.',
    );
    if (!options.exits) {
      for (const line of whatToTry(scene, stack, told)) screen.talk(line);
      await options.interrupted.first;
    }
    return told.isGood;
  } finally {
    await table.stop();
    await receiver.close();
    await context.close();
  }
}

async function untilStopped<T>(interrupted: Interrupted, work: Promise<T>): Promise<T> {
  const stopped = interrupted.first.then((): never => {
    throw new CliError('interrupted', exitCodes.interrupted);
  });
  return Promise.race([work, stopped]);
}
