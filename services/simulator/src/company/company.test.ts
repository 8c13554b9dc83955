import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { decode, type EventType, partitionOf } from '@vigie/events';
import { expect, test } from 'vitest';
import { readIncidentText } from '../incidents/incident.ts';
import { Simulation } from '../run/simulation.ts';
import { dayMs } from './catalogue.ts';

const historyEndMs = Date.UTC(2026, 9, 30, 11, 7);
const incidents = ['churn-wave@-5d/2h', 'duplicates@-9d/1d', 'late-events@-12d/2d', 'bad-events@-3d/1h', 'spend-without-customers@-8d/1d'];

function simulate(seed: number, days: number): Simulation {
  return new Simulation({
    ...{ seed, tenant: 'default', zone: 'UTC', size: 1, historyEndMs, startMs: historyEndMs - days * dayMs },
    disorder: { lateShare: 0.01, copyShare: 0.01, badShare: 0.001 },
    incidents: incidents.map(readIncidentText),
  });
}

function hashOf(seed: number): string {
  const hash = createHash('sha256');
  for (const { sendMs, key, value } of simulate(seed, 30).history()) hash.update(`${sendMs}\n${key}\n${value}\n`);
  return hash.digest('hex').slice(0, 16);
}

const hashInAnotherProcess = `
  import { createHash } from 'node:crypto';
  import { Simulation } from ${JSON.stringify(new URL('../run/simulation.ts', import.meta.url).href)};
  import { readIncidentText } from ${JSON.stringify(new URL('../incidents/incident.ts', import.meta.url).href)};
  const historyEndMs = ${historyEndMs};
  const simulation = new Simulation({
    seed: 7, tenant: 'default', zone: 'UTC', size: 1, historyEndMs, startMs: historyEndMs - 30 * ${dayMs},
    disorder: { lateShare: 0.01, copyShare: 0.01, badShare: 0.001 }, incidents: ${JSON.stringify(incidents)}.map(readIncidentText),
  });
  const hash = createHash('sha256');
  for (const { sendMs, key, value } of simulation.history()) hash.update(sendMs + '\\n' + key + '\\n' + value + '\\n');
  process.stdout.write(hash.digest('hex').slice(0, 16));
`;

test('the same seed gives the same bytes, in another process too, and another seed gives others', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', hashInAnotherProcess], { encoding: 'utf8' });
  expect({ hash: stdout, stderr }).toEqual({ hash: hashOf(7), stderr: '' });
  expect(hashOf(8)).not.toBe(stdout);
  // Pinned: who changes the model changes everybody's expectations, and should know it.
  expect(stdout).toBe('bb0799e37a0f3765');
});

test('every event is accepted, and every bad record is refused for the reason that it was made for', () => {
  const partitionCount = 12;
  const wrong: unknown[] = [];
  const reasons = new Set<string>();
  let lastMs = 0;
  for (const { key, value, verdict, reason, sendMs, type } of simulate(3, 45).history()) {
    const place = { topic: 't', partition: partitionOf(key, partitionCount), partitionCount, offset: 0 };
    const decoded = decode(value === null ? null : Buffer.from(value), { ...place, key: Buffer.from(key), appendTimeMs: historyEndMs });
    const found = decoded.ok ? 'accepted' : decoded.rejection.reason;
    if (found !== (reason ?? 'accepted')) wrong.push({ type, verdict, reason, found, value: value?.slice(0, 300) });
    if (reason !== undefined) reasons.add(reason);
    if (sendMs < lastMs) wrong.push({ sendMs, lastMs });
    lastMs = sendMs;
  }
  expect(wrong.slice(0, 3)).toEqual([]);
  expect(reasons.size).toBe(11);
});

const story: readonly EventType[] = [
  'prospect.approached',
  'visit.recorded',
  'lead.created',
  'lead.disqualified',
  'deal.stage_entered',
  'deal.closed',
  'customer.attributed',
  'customer.segment_changed',
  'user.tier_changed',
  'user.activity_recorded',
  'subscription.started',
  'subscription.changed',
  'subscription.paused',
  'subscription.resumed',
  'subscription.ended',
  'subscription.end_withdrawn',
  'invoice.paid',
  'invoice.refunded',
  'order.placed',
  'order.refunded',
  'cost.recorded',
  'campaign.interaction_recorded',
  'survey.answered',
];

test('the story has all its types, no id twice but in copies, and no copy without an original', () => {
  const types = new Set<string>();
  const ids = new Map<string, string>();
  for (const { value, verdict, type } of simulate(5, 120).history()) {
    if (verdict === 'bad') continue;
    types.add(type);
    const { source, id }: { source: string; id: string } = JSON.parse(value!);
    const first = ids.get(`${source} ${id}`);
    if (verdict === 'event') expect(first).toBeUndefined();
    else expect(value).toBe(first);
    ids.set(`${source} ${id}`, value!);
  }
  expect([...types].toSorted()).toEqual([...story].toSorted());
});

test('history is drawn as it is read: the first events cost nothing of a long one', () => {
  const simulation = simulate(1, 1_200);
  const started = performance.now();
  let count = 0;
  for (const emission of simulation.history()) if (emission.sendMs > 0 && ++count === 1_000) break;
  expect(performance.now() - started).toBeLessThan(1_000);
  expect(simulation.pendingCount).toBeLessThan(5_000);
});
