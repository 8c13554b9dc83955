import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CliError, type ExitCode, exitCodes } from '../console/cli-error.ts';
import type { Output } from '../console/output.ts';
import { openContext } from '../context.ts';
import { startStack, type Stack } from '../stack/start-stack.ts';
import type { Interrupted } from '../stack/until-interrupted.ts';
import { claimFolder } from './claim-folder.ts';
import { chooseDataSet } from './data-set.ts';
import { keepDrawing } from './keep-drawing.ts';
import { type Act, play } from './play.ts';
import { receiveWebhooks } from './receive-webhooks.ts';
import { summaryOf } from './render-delivery.ts';
import { createScreen } from './screen.ts';

export interface DemoOptions {
  readonly output: Output;
  readonly env: NodeJS.ProcessEnv;
  readonly dataDir: string;
  readonly data: string | undefined;
  /** Ends by itself when everything was shown. */
  readonly exits: boolean;
  readonly interrupted: Interrupted;
}

const settingsFileName = 'settings.yaml';

/**
 * Plays the whole way once: real servers, a data set, live KPIs, a wave of cancellations, the signed alert, the proof.
 *
 * Holds    exit code 0 only if the alert arrived with a good signature and verify found every number equal
 */
export async function runDemo(options: DemoOptions): Promise<ExitCode> {
  const startedMs = performance.now();
  const screen = createScreen();
  const { bold, dim } = options.output.talkColors;
  const seconds = (): string => ((performance.now() - startedMs) / 1000).toFixed(0).padStart(3);
  const say = (line: string): void => screen.talk(`${dim(`${seconds()} s`)}  ${line}`);
  const dataSet = await chooseDataSet(options.data, Date.now());
  const { folder, release } = claimFolder(options.dataDir);
  let good = false;
  try {
    writeFileSync(join(folder, settingsFileName), dataSet.settings);
    say(bold('Starting real Kafka, Redis and ClickHouse'));
    const stack = await startStack({
      dataDir: folder,
      env: withoutAddresses(options.env),
      report: (line) => say(dim(line)),
      extra: { VIGIE_SETTINGS_FILE: resolve(folder, settingsFileName) },
    });
    try {
      good = await playOn(stack, options, { screen, say, folder, dataSet, output: options.output });
    } finally {
      say(dim('stopping services and servers ...'));
      await stack.stop();
    }
  } finally {
    // After a failure the logs are what one wants to read.
    if (good) rmSync(folder, { recursive: true, force: true });
    else screen.talk(`The demo's data and logs stay in ${folder}`);
    release();
  }
  return good ? exitCodes.ok : exitCodes.wrong;
}

/** The demo's servers are its own: addresses in the environment are those of real work. */
function withoutAddresses(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^VIGIE_(KAFKA|REDIS|CLICKHOUSE|SETTINGS|RULES|DATA)_/.test(name)));
}

async function playOn(stack: Stack, options: DemoOptions, scene: Act['scene']): Promise<boolean> {
  const context = openContext({ env: stack.environment, dataDir: scene.folder });
  const receiver = await receiveWebhooks((delivery) => scene.say(`the webhook receiver got ${summaryOf(delivery)}`));
  const table = keepDrawing(scene, context);
  try {
    const good = await untilStopped(options.interrupted, () => play({ scene, stack, context, receiver, table }));
    scene.say(good ? 'Done: the alert arrived, signed, and every number is proved.' : 'Done, and not all is well: see above.');
    if (!options.exits) {
      sayHowToGoOn(scene, stack);
      await options.interrupted.first;
    }
    return good;
  } finally {
    await table.stop();
    await receiver.close();
    await context.close();
  }
}

async function untilStopped(interrupted: Interrupted, work: () => Promise<boolean>): Promise<boolean> {
  const stopped = interrupted.first.then((): never => {
    throw new CliError('interrupted', exitCodes.interrupted);
  });
  return Promise.race([work(), stopped]);
}

function sayHowToGoOn({ say, folder, output }: Act['scene'], stack: Stack): void {
  const pid = stack.services.find(({ name }) => name === 'consumer')?.pid();
  const { bold } = output.talkColors;
  const command = (text: string): string => bold(`npm run vigie -- ${text} --data-dir ${folder}`);
  say(`It stays live until ${bold('Ctrl-C')}. In another terminal:`);
  say(`  ${command('kpi explain customer_churn_rate')}`);
  say(`  ${bold(`kill -9 ${pid}`)} kills the consumer, as often as you like; then ${command('verify')}`);
}
