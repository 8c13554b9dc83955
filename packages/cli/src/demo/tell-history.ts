import { setTimeout as pause } from 'node:timers/promises';
import { count } from '../console/progress.ts';
import { waitUntilCounted } from '../ingest/wait-until-counted.ts';
import { findFreePort } from '../stack/service.ts';
import { connectSimulator, type Simulator, type SimulatorStatus } from './simulator.ts';
import type { Act } from './story.ts';

/** A little more than a year, so that a window of 365 days is full. */
const historyDays = 400;
const size = '1';
/** Events per second, once live. */
const rate = 20;
const stallMs = 60_000;
const lookEveryMs = 500;
const sayEveryMs = 10_000;

/**
 * Has the simulator tell the history of a company, and waits until it lives and everything so far is counted, in ClickHouse too.
 *
 * Errors   CliError when the consumer gets stuck
 */
export async function tellHistory({ scene, stack, context }: Pick<Act, 'scene' | 'stack' | 'context'>): Promise<Simulator> {
  const { say, screen, output, seed } = scene;
  say(output.talkColors.bold(`The history of a company that does not exist: ${historyDays} days of it, from seed ${seed}, in fast motion`));
  const startMs = performance.now();
  const port = await findFreePort();
  await stack.start('simulator', {
    ...{ VIGIE_SIM_SEED: String(seed), VIGIE_SIM_DAYS: String(historyDays), VIGIE_SIM_SIZE: size, VIGIE_SIM_RATE: String(rate) },
    ...{ VIGIE_SIM_ZONE: context.settings.of('default').zone, VIGIE_SIM_CONTROL_PORT: String(port) },
  });
  const simulator = connectSimulator(port);
  const { counts } = await untilLive(
    simulator,
    (sentCount) => {
      const passedS = (performance.now() - startMs) / 1000;
      const line = `${count(sentCount)} events told, ${count(Math.round(sentCount / passedS))} per second`;
      screen.status(`  ${line}`);
      return line;
    },
    say,
  );
  await waitUntilCounted(context, {
    stallMs,
    untilStored: true,
    onProgress: (done, total) => screen.status(`  counting: ${count(done)} of ${count(total)}`),
  });
  const tookS = (performance.now() - startMs) / 1000;
  const disorder = `${count(counts.lateCount)} late, ${count(counts.copyCount)} sent twice, ${count(counts.badCount)} broken`;
  say(`${count(counts.sentCount)} events told and counted, live and in ClickHouse, in ${tookS.toFixed(1)} s; among them ${disorder}`);
  say(`${output.talkColors.bold('Now it lives')}, with ${count(counts.customerCount)} customers so far, at ${rate} events per second`);
  return simulator;
}

async function untilLive(simulator: Simulator, show: (sentCount: number) => string, say: (line: string) => void): Promise<SimulatorStatus> {
  for (let saidMs = performance.now(); ; await pause(lookEveryMs)) {
    const status = await simulator.status();
    if (status.phase !== 'history') return status;
    const line = show(status.counts.sentCount);
    if (performance.now() - saidMs < sayEveryMs) continue;
    saidMs = performance.now();
    say(line);
  }
}
