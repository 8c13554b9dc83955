import type { Notification } from '@vigie/alerting';

/** How one attempt ended. `disabled`: the receiver says that it is gone for good, so nothing more is sent there until somebody enables it. */
export type SendResult =
  | { readonly kind: 'sent' }
  | { readonly kind: 'retry'; readonly reason: string; readonly retryAfterMs: number | null }
  | { readonly kind: 'dead'; readonly reason: string }
  | { readonly kind: 'disabled'; readonly reason: string };

/** One attempt at delivering one notification; it never throws for what a receiver or a network did, and its reasons hold no secret. */
export type Send = (notification: Notification) => Promise<SendResult>;
