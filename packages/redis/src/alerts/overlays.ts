import type { Acknowledgement, Silence } from '@vigie/alerting';
import { buryChannel } from './outbox.ts';
import { requireWritten, runScript, type AlertRedis } from './run-script.ts';

/** Silences, acknowledgements and switched-off channels, of each; another one is refused. */
const overlayCountMax = 10_000;
/** A silence that is over stays readable this long; it then goes when another one is written. */
const silenceKeptMs = 86_400_000;

/** A channel whose receiver said that it is gone for good. */
export interface DisabledChannel {
  readonly reason: string;
  readonly atMs: number;
}

export async function readSilences(at: AlertRedis): Promise<Silence[]> {
  return (await readKept(at, 'silence')).map(([, body]): Silence => JSON.parse(body));
}

export async function putSilence(at: AlertRedis, silence: Silence): Promise<void> {
  const over = (await readSilences(at)).filter(({ endsMs }) => endsMs + silenceKeptMs < silence.createdMs);
  const changes = [...over.map(({ id }) => [id, '']), [silence.id, JSON.stringify(silence)]];
  requireWritten(await put(at, 'silence', changes), 'silences');
}

export async function readAcknowledgements(at: AlertRedis): Promise<Map<string, Acknowledgement>> {
  return new Map((await readKept(at, 'acknowledgement')).map(([episode, body]) => [episode, JSON.parse(body)]));
}

export async function putAcknowledgement(at: AlertRedis, acknowledgement: Acknowledgement): Promise<void> {
  const changes = [[acknowledgement.episode, JSON.stringify(acknowledgement)]];
  requireWritten(await put(at, 'acknowledgement', changes), 'acknowledgements');
}

export async function dropAcknowledgement(at: AlertRedis, episode: string): Promise<void> {
  requireWritten(await put(at, 'acknowledgement', [[episode, '']]), 'acknowledgements');
}

export async function readDisabledChannels(at: AlertRedis): Promise<Map<string, DisabledChannel>> {
  return new Map((await readKept(at, 'channel')).map(([name, body]) => [name, JSON.parse(body)]));
}

/** Switches a channel off: what waits for it and what is still to come for it are dead letters, until it is switched on. */
export async function disableChannel(at: AlertRedis, name: string, why: DisabledChannel): Promise<void> {
  const reason = why.reason.toWellFormed();
  // In this order: what comes in between meets a channel that is off.
  requireWritten(await put(at, 'channel', [[name, JSON.stringify({ reason, atMs: why.atMs })]]), 'channels that are switched off');
  await buryChannel(at, { channel: name, reason, nowMs: why.atMs });
}

export async function enableChannel(at: AlertRedis, name: string): Promise<void> {
  requireWritten(await put(at, 'channel', [[name, '']]), 'channels that are switched off');
}

async function readKept({ client, root }: AlertRedis, kind: string): Promise<[string, string][]> {
  return Object.entries(await client.hgetall(`${root}kept:${kind}`)).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

async function put(at: AlertRedis, kind: string, changes: readonly (readonly string[])[]) {
  return (await runScript(at, 'put', [kind, changes, String(overlayCountMax)])).status;
}
