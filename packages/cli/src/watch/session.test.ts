import { render } from 'ink';
import { PassThrough } from 'node:stream';
import { anAlertRule, eventually } from '@vigie/testkit';
import { parseSettings } from '@vigie/kpis';
import { createElement } from 'react';
import { expect, test } from 'vitest';
import { alertsOf } from '../alerts/alerts-of.ts';
import { board, firing, judged, nowMs } from '../alerts/board.fixture.ts';
import { keysOf, WatchApp } from './app.ts';
import type { WatchModel } from './frame.ts';
import { WatchSession } from './session.ts';
import type { WatchSource } from './watch-source.ts';

const seen = board([judged(anAlertRule(), [firing('search')])]);
const model: WatchModel = {
  ...{ readMs: nowMs, zone: 'UTC', settings: parseSettings(''), completeThroughMs: nowMs, kpis: [], moreKpiCount: 0 },
  ...{ board: seen, alerts: alertsOf(seen), shortOf: (id) => id },
};

/** Answers with the model until it is told to fail; notes what keys did. */
function scripted() {
  const done: string[] = [];
  const state = { isAway: false };
  const source: WatchSource = {
    read: async () => (state.isAway ? Promise.reject(new Error('Connection is closed.')) : model),
    details: async (alert) => `all about ${alert.instance.id}`,
    acknowledge: async (alert, comment) => void done.push(`ack ${alert.episode} ${comment}`),
    silence: async (alert, { lengthMs, comment }) => void done.push(`silence ${alert.instance.id} ${lengthMs} ${comment}`),
  };
  return { source, done, state };
}

test('a server that goes away leaves the numbers there and says so; when it is back, that ends', async () => {
  const { source, state } = scripted();
  const session = new WatchSession(source, () => nowMs);
  await session.refresh();
  expect(session.snapshot()).toMatchObject({ model, trouble: null });
  state.isAway = true;
  await session.refresh();
  expect(session.snapshot()).toMatchObject({
    model,
    trouble: { sinceMs: nowMs, text: expect.stringContaining('expected Redis to answer') },
  });
  state.isAway = false;
  await session.refresh();
  expect(session.snapshot().trouble).toBeNull();
});

test('keys acknowledge and silence the chosen alert, and what came of it is told', async () => {
  const { source, done } = scripted();
  const session = new WatchSession(source, () => nowMs);
  await session.refresh();
  const type = (text: string): void => keysOf(text, {}).forEach((key) => session.press(key));
  type('aon it\r');
  type('s\rplanned\r');
  await eventually(() => expect(done).toEqual(['ack e-search on it', 'silence search 7200000 planned']), { deadlineMs: 5_000 });
  await eventually(() => expect(session.snapshot().ui.notice?.text).toContain('silenced: Churn'), { deadlineMs: 5_000 });
});

test('the screen draws frames, follows keys, and ends when a person has had enough', async () => {
  const { source } = scripted();
  const session = new WatchSession(source, () => nowMs);
  const frames: string[] = [];
  const stdout = Object.assign(new PassThrough(), { columns: 110, rows: 24 });
  stdout.on('data', (data: Buffer) => frames.push(data.toString('utf8')));
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin, ref: () => stdin, unref: () => stdin });
  const streams = { stdout, stdin } as unknown as { stdout: NodeJS.WriteStream; stdin: NodeJS.ReadStream };
  const app = render(createElement(WatchApp, { session, isColored: false }), {
    ...streams,
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  const shows = (text: string) => eventually(() => expect(frames.at(-1)).toContain(text), { deadlineMs: 5_000 });
  await shows('Vigie: reading ...');
  await session.refresh();
  await shows('> WARNING    Churn channel=search');
  stdin.write('\r');
  await shows('all about search');
  stdin.write('q');
  await shows('> WARNING');
  stdin.write('q');
  expect(await session.ended).toEqual({ isInterrupted: false });
  app.unmount();
});

test('keys of a terminal are told apart from letters, and a burst of letters is so many keys', () => {
  expect(keysOf('', { return: true })).toEqual([{ kind: 'enter' }]);
  expect(keysOf('', { upArrow: true })).toEqual([{ kind: 'up' }]);
  expect(keysOf('c', { ctrl: true })).toEqual([{ kind: 'interrupt' }]);
  expect(keysOf('x', { ctrl: true })).toEqual([]);
  expect(keysOf('é🙂', {})).toEqual([
    { kind: 'text', text: 'é' },
    { kind: 'text', text: '🙂' },
  ]);
  expect(keysOf('\u0007', {})).toEqual([]);
  expect(keysOf('\u007F\u007Fm\b', {}).map(({ kind }) => kind)).toEqual(['backspace', 'backspace', 'text', 'backspace']);
});
