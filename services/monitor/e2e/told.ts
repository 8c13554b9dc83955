import type { CountingReceiver } from '../src/proof/counting-receiver.ts';

/** One alert as a receiver of webhooks reads it. */
export interface ToldAlert {
  readonly status: 'firing' | 'resolved';
  readonly rule: string;
  readonly slice: string | null;
  readonly episode: string;
  /** Ids of the transitions that are news. */
  readonly transitions: readonly string[];
  readonly drivers: readonly Drivers[];
  /** When the message was put together, epoch ms. */
  readonly atMs: number;
}

export interface Drivers {
  readonly dimension: string;
  readonly change: string;
  readonly rows: readonly { readonly slice: string; readonly contribution: string }[];
}

interface Payload {
  readonly timestamp: string;
  readonly data: {
    readonly alerts: readonly (Omit<ToldAlert, 'rule' | 'slice' | 'atMs'> & {
      readonly rule: { readonly uid: string };
      readonly slice: { readonly value: string } | null;
    })[];
  };
}

/** What a receiver accepted, in order of arrival; only alerts with news. */
export function toldBy({ receipts }: CountingReceiver): ToldAlert[] {
  const payloads = receipts.filter(({ isAccepted }) => isAccepted).map(({ body }) => JSON.parse(body) as Payload);
  return payloads.flatMap(({ timestamp, data }) =>
    data.alerts
      .filter(({ transitions }) => transitions.length > 0)
      .map(({ status, rule, slice, episode, transitions, drivers }) => ({
        ...{ status, rule: rule.uid, slice: slice?.value ?? null, episode, transitions, drivers, atMs: Date.parse(timestamp) },
      })),
  );
}
