import { render } from 'ink';
import { createElement } from 'react';
import { alertJson, boardJson } from '../alerts/alert-json.ts';
import { type ExitCode, exitCodes } from '../console/cli-error.ts';
import type { Output } from '../console/output.ts';
import { WatchApp } from './app.ts';
import { frame, type WatchModel } from './frame.ts';
import { WatchSession } from './session.ts';
import { paintLine } from './spans.ts';
import { initialUi } from './ui-state.ts';
import type { WatchSource } from './watch-source.ts';

const printedWidth = 120;

/** One frame, printed: where there is no terminal, or one is enough. */
export async function printFrame(source: WatchSource, output: Output): Promise<ExitCode> {
  const nowMs = Date.now();
  const model = await readWhole(source, nowMs);
  const screen = { width: process.stdout.columns || printedWidth, height: Infinity };
  const lines = frame({ model, ui: initialUi, trouble: null, nowMs, screen }).slice(0, -1);
  output.text(lines.map((line) => paintLine(line, output.colors)).join('\n'));
  output.value(modelJson(model));
  return exitCodes.ok;
}

/** Past windows are spread over refreshes; a frame that stands alone has them all, or as many as come within a bound. */
const readsMax = 30;
async function readWhole(source: WatchSource, nowMs: number): Promise<WatchModel> {
  let model = await source.read(nowMs);
  let knownCount = -1;
  for (let reads = 1; reads < readsMax && pointCount(model) !== knownCount; reads++) {
    knownCount = pointCount(model);
    model = await source.read(nowMs);
  }
  return model;
}

const pointCount = ({ kpis }: WatchModel): number =>
  kpis.reduce((sum, { spark }) => sum + spark.filter((value) => value !== null).length, 0);

function modelJson(model: WatchModel): Record<string, unknown> {
  const { completeThroughMs, kpis, alerts, board, settings, readMs } = model;
  return {
    read: new Date(readMs).toISOString(),
    complete_through: completeThroughMs === null ? null : new Date(completeThroughMs).toISOString(),
    kpis: kpis.map(({ rule, slice, value, judged, limits, spark, verdict }) => ({
      ...{ rule: rule.uid, kpi: rule.kpi, window: rule.size, slice, value, judged, verdict, spark },
      limits: limits.map(({ severity, comparison, limit, recovery }) => ({ severity, comparison, limit, recovery })),
    })),
    alerts: alerts.map((alert) => alertJson(alert, settings)),
    ...boardJson(board),
  };
}

/** The other screen of a terminal: what was on it before is there again afterwards. */
const enterScreen = '\u001B[?1049h\u001B[H';
const leaveScreen = '\u001B[?1049l';

/** Draws until a person quits. */
export async function runScreen(source: WatchSource, { isColored }: { isColored: boolean }): Promise<ExitCode> {
  const session = new WatchSession(source, Date.now);
  const stopping = new AbortController();
  const onSignal = (): void => session.end(true);
  const leave = (): void => void process.stdout.write(leaveScreen);
  process.once('exit', leave);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, onSignal);
  process.stdout.write(enterScreen);
  // Not incremental: Ink 6.8 loses a line with each frame then. Whole frames are synchronized writes, which terminals show at once.
  const app = render(createElement(WatchApp, { session, isColored }), { exitOnCtrlC: false, patchConsole: false });
  const running = session.run(stopping.signal);
  const { isInterrupted } = await session.ended;
  stopping.abort();
  app.unmount();
  await running;
  process.off('exit', leave);
  leave();
  return isInterrupted ? exitCodes.interrupted : exitCodes.ok;
}
