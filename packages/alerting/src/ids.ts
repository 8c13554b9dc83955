import { createHash } from 'node:crypto';

export type Labels = Readonly<Record<string, string>>;

/** Ids are hashes of what they name, so that a repeated decision repeats the id and a receiver can tell a re-send. */
function hashOf(...parts: readonly (string | number | readonly (readonly string[])[])[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

export function instanceId(tenant: string, ruleUid: string, labels: Labels): string {
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return hashOf('instance', tenant, ruleUid, sorted);
}

export function episodeId(instance: string, windowEndMs: number): string {
  return hashOf('episode', instance, windowEndMs);
}

export function transitionId(episode: string, sequence: number): string {
  return hashOf('transition', episode, sequence);
}

/** The webhook-id, the idempotency key: one value for every attempt at telling one channel of the same transitions, which are joined by `+`. */
export function notificationId(transition: string, kind: string, channel: string): string {
  return `msg_${hashOf('notification', transition, kind, channel)}`;
}

/** Hash of a rule's meaning; keys are sorted, so that their order in the file does not matter. */
export function definitionHashOf(definition: object): string {
  const canonical = JSON.stringify(definition, (_key, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return hashOf('definition', canonical);
}
