import { nearest } from '@vigie/runtime';
import { CliError, type ExitCode, exitCodes } from '../console/cli-error.ts';
import type { Output } from '../console/output.ts';
import { renderTable } from '../console/table.ts';
import { deadCells, deadJson, deliveryCells, deliveryJson, waitingCells, waitingJson } from './delivery-words.ts';
import { type Desk, zoneOf } from './desk.ts';
import { findNamed, shortIds } from './ids.ts';
import { plural } from './words.ts';

/** Notifications begin with this, then with what tells them apart. */
const idPrefix = 'msg_';
const deadCountMax = 10_000;

interface Asked {
  readonly only: 'dead' | 'waiting' | null;
  readonly limit: number;
  readonly nowMs: number;
}

interface Row {
  readonly id: string;
  readonly cells: readonly string[];
  readonly json: object;
}

export async function listDeliveries(desk: Desk, output: Output, { only, limit, nowMs }: Asked): Promise<ExitCode> {
  const { store } = desk;
  const at = { nowMs, zone: zoneOf(desk, []) };
  const waiting = only === 'dead' ? [] : await store.waiting(limit);
  const dead = only === 'dead' ? await store.deadLetters(limit) : [];
  const ended = only === null ? await store.deliveries(limit) : [];
  const rows: Row[] = [
    ...waiting.map((one) => ({ id: one.notification.id, cells: waitingCells(one, at), json: waitingJson(one) })),
    ...dead.map((one) => ({ id: one.notification.id, cells: deadCells(one, at), json: deadJson(one) })),
    ...ended.map((one) => ({ id: one.notification.id, cells: deliveryCells(one, at), json: deliveryJson(one) })),
  ].slice(0, limit);
  output.value({ deliveries: rows.map(({ json }) => json) });
  if (rows.length === 0) {
    output.text({ dead: 'nothing was lost', waiting: 'nothing waits to be sent' }[only ?? 'waiting']);
    if (only === null) output.text('and nothing was sent yet');
    return exitCodes.ok;
  }
  const shortOf = shortIds(
    rows.map(({ id }) => id),
    idPrefix.length + 6,
  );
  const titles = ['id', 'channel', 'message', 'state', 'attempts', 'last failure', 'next attempt', 'text'].map((title) => ({ title }));
  output.text(
    renderTable(
      titles,
      rows.map(({ id, cells }) => [shortOf(id), ...cells]),
      output.colors.dim,
    ),
  );
  output.talk(
    `${plural(rows.length, 'notification')}, times in ${at.zone}${only === 'dead' ? '; vigie alerts retry <id>, or --all, sends them again' : ''}`,
  );
  return exitCodes.ok;
}

/** Puts dead letters back into their queues, under the same ids: a receiver that had got one after all can tell. */
export async function retryLost(desk: Desk, output: Output, asked: { written: string | null; nowMs: number }): Promise<ExitCode> {
  const { store } = desk;
  const dead = await store.deadLetters(deadCountMax);
  let id = 'all';
  if (asked.written !== null) {
    const named = dead.map(({ notification, reason }) => ({
      ...{ ids: [notification.id, notification.id.slice(idPrefix.length)], names: [] },
      ...{ text: `${notification.channel}: ${reason}`, value: notification.id },
    }));
    id = findNamed(asked.written, named, { one: 'the id of a notification that was lost', list: 'vigie alerts deliveries --dead' });
  }
  const { retriedCount: count, left } = await store.retryDead(id);
  const leftCount = left.off + left.full + left.over;
  if (count > 0) output.talk(`${plural(count, 'notification')} put back, to be sent at once if the monitor runs`);
  else if (leftCount === 0) output.talk('nothing was lost, so there is nothing to send again');
  const stay = (number: number, why: string): void => {
    if (number > 0) output.talk(`${number} left where ${number === 1 ? 'it is' : 'they are'}: ${why}`);
  };
  stay(left.off, 'the channel is off; vigie alerts enable <channel>, then retry');
  stay(left.full, 'too many notifications wait to be sent; retry when some went out');
  stay(left.over, 'all that fired there has ended, so to say now that it fires would be wrong');
  output.value({ retried: count, left });
  // What is over needs nobody, unless it was asked for by name.
  return left.off + left.full > 0 || (asked.written !== null && count === 0) ? exitCodes.wrong : exitCodes.ok;
}

/** Switches a channel on again whose receiver had said that it is gone for good. */
export async function enableChannel({ store, ruleSet }: Desk, output: Output, name: string): Promise<ExitCode> {
  const disabled = await store.disabledChannels();
  const known = [...new Set([...disabled.keys(), ...(ruleSet?.channels ?? []).map((channel) => channel.name)])];
  if (!disabled.has(name)) {
    if (!known.includes(name)) {
      const meant = nearest(name, known);
      throw new CliError(
        `expected a channel, found ${JSON.stringify(name)}; ${meant === null ? `known: ${known.join(', ')}` : `did you mean ${meant}?`}`,
        exitCodes.usage,
      );
    }
    output.talk(`${name} is on already`);
    output.value({ channel: name, was_off: false });
    return exitCodes.ok;
  }
  await store.enableChannel(name);
  output.talk(`${name} is on again; what it missed is among the lost: vigie alerts retry --all`);
  output.value({ channel: name, was_off: true });
  return exitCodes.ok;
}
