import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderMessage, type Channel } from '@vigie/alerting';
import { eventually } from '@vigie/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { messageTelling, type Told } from './messages.fixture.ts';
import { answering, closeReceivers, receive, type Receiver } from './receiver.fixture.ts';
import { createAlertmanagerSender } from './send-alertmanager.ts';

/** Debian gives it another name than its project. */
const binary = ['prometheus-alertmanager', 'alertmanager'].find((name) => spawnSync(name, ['--version']).status === 0);

const base = { name: 'the-channel', allowPrivateHosts: ['127.0.0.1'], fallback: null };
const hostile = 'a "b" \\ {}=~\n<script>\u202Egnp 🙂';

const alertSchema = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
    startsAt: z.string(),
    endsAt: z.string(),
  }),
);

/** The type of every field, down to the leaves; names of labels and annotations are their own. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (value === null || typeof value !== 'object') return typeof value;
  const isTexts = (key: string): boolean => /Labels$|^labels$|Annotations$|^annotations$/.test(key);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, isTexts(key) ? 'texts' : shapeOf(one)]));
}

// Skipped, and told so, where there is none: nothing is claimed that was not seen.
describe.skipIf(binary === undefined)('a real Alertmanager', () => {
  let child: ChildProcess;
  let receiver: Receiver;
  let url = '';
  const folder = mkdtempSync(join(tmpdir(), 'vigie-alertmanager-'));
  const startedMs = Date.now() - 60_000;

  beforeAll(async () => {
    receiver = await receive(answering(200));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const config = {
      route: { receiver: 'hook', group_by: ['alertname'], group_wait: '100ms', group_interval: '200ms', repeat_interval: '1h' },
      receivers: [{ name: 'hook', webhook_configs: [{ url: receiver.url, send_resolved: true }] }],
    };
    // JSON is YAML too.
    writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
    const options = [`--config.file=${join(folder, 'config.yml')}`, `--storage.path=${folder}`, `--web.listen-address=127.0.0.1:${port}`];
    child = spawn(binary!, [...options, '--cluster.listen-address='], { stdio: 'ignore' });
    await eventually(async () => expect((await fetch(`${url}/-/ready`)).status).toBe(200), { deadlineMs: 20_000 });
  });
  afterAll(() => {
    child.kill('SIGKILL');
    closeReceivers();
    rmSync(folder, { recursive: true, force: true });
  });

  const told = (over: Partial<Told>): Told => ({
    kind: 'firing',
    severity: 'warning',
    slice: hostile,
    startedMs,
    nowMs: Date.now(),
    ...over,
  });
  async function tell(over: Partial<Told>): Promise<unknown> {
    const channel: Channel = { ...base, type: 'alertmanager', url, resendMs: 60_000 };
    const [notification] = renderMessage(messageTelling(told(over)), channel);
    return createAlertmanagerSender({ url, allowPrivateHosts: ['127.0.0.1'], clock: Date.now })(notification!);
  }
  const active = async () => alertSchema.parse(await (await fetch(`${url}/api/v2/alerts`)).json());

  test('takes a firing alert with its labels, the worst slice value included, and keeps it until three resends are missed', async () => {
    const nowMs = Date.now();
    expect(await tell({ nowMs })).toEqual({ kind: 'sent' });
    const [alert] = await active();
    expect(alert!.labels).toEqual({
      ...{ alertname: 'churn-30d', rule: 'churn-30d', tenant: 'default', kpi: 'customer_churn_rate', kind: 'kpi', severity: 'warning' },
      ...{ cost_center: '7', channel: hostile },
    });
    expect(Date.parse(alert!.startsAt)).toBe(startedMs);
    expect(Date.parse(alert!.endsAt)).toBe(nowMs + 180_000);
  });
  test('an escalation replaces the alert of the severity before', async () => {
    expect(await tell({ kind: 'escalated', severity: 'critical' })).toEqual({ kind: 'sent' });
    await eventually(async () => expect((await active()).map(({ labels }) => labels['severity'])).toEqual(['critical']), {
      deadlineMs: 10_000,
    });
  });
  test('a resolved alert is over', async () => {
    expect(await tell({ kind: 'resolved', severity: 'critical' })).toEqual({ kind: 'sent' });
    await eventually(async () => expect(await active()).toEqual([]), { deadlineMs: 10_000 });
  });
  test('what it does not understand is a dead letter', async () => {
    const send = createAlertmanagerSender({ url, allowPrivateHosts: ['127.0.0.1'], clock: Date.now });
    const [notification] = renderMessage(messageTelling(told({})), { ...base, type: 'log' });
    expect(await send({ ...notification!, body: '[{"labels":{"0 bad":"x"}}]' })).toMatchObject({ kind: 'dead' });
  });
  test('format: alertmanager has the fields and types that it sends itself, firing and resolved', async () => {
    const channel: Channel = { ...base, type: 'webhook', url: { text: receiver.url }, secrets: [], format: 'alertmanager' };
    for (const kind of ['firing', 'resolved'] as const) {
      await tell({ kind, slice: 'one of its own' });
      const sent = await eventually(
        () => {
          const found = receiver.received.map(({ body }): unknown => JSON.parse(body)).find((body) => isAbout(body, kind));
          if (found === undefined) throw new Error(`expected a webhook about ${kind}, found ${receiver.received.length} others`);
          return found;
        },
        { deadlineMs: 10_000 },
      );
      const [ours] = renderMessage(messageTelling(told({ kind })), channel);
      expect(shapeOf(JSON.parse(ours!.body))).toEqual(shapeOf(sent));
      expect(JSON.parse(ours!.body)).toMatchObject({ version: '4', status: kind });
    }
  });
});

function isAbout(body: unknown, status: string): boolean {
  const found = z.object({ version: z.literal('4'), status: z.string() }).safeParse(body);
  return found.success && found.data.status === status;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  return address.port;
}
