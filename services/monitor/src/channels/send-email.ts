import { isIP, type Socket } from 'node:net';
import type { EmailBody } from '@vigie/alerting';
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import { abortOf, openSocket, systemNetwork, type Network } from './network.ts';
import { reasonOf, withoutSecrets } from './send-reason.ts';
import type { Send, SendResult } from './send.ts';

/** Servers that hold back strangers do so for seconds; still shorter than the lease of a claim. */
const attemptTimeoutMs = 15_000;

export interface EmailOptions {
  readonly host: string;
  readonly port: number;
  /** starttls: never without it. */
  readonly tls: 'starttls' | 'implicit' | 'none';
  readonly login: { readonly user: string; readonly password: string } | null;
  readonly from: string;
  readonly to: readonly string[];
  readonly allowPrivateHosts: readonly string[];
  readonly network?: Network;
  readonly timeoutMs?: number;
}

const bodySchema: z.ZodType<EmailBody> = z.object({
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  messageId: z.string(),
  references: z.string(),
});

/**
 * Sends notifications as mails.
 *
 * Holds    the certificate is verified; the address is checked as the connection is made; nothing of the body is ever read as a file or URL
 * Errors   none: 4xx and network errors are tried again, 5xx is final
 */
export function createEmailSender(options: EmailOptions): Send {
  const { network = systemNetwork, timeoutMs = attemptTimeoutMs, login } = options;
  const secrets = login === null ? [] : [login.password];
  return async ({ body }) => {
    const signal = AbortSignal.timeout(timeoutMs);
    let socket: Socket | null = null;
    try {
      socket = await openSocket(options, network, signal);
      const sending = transportOf(options, socket).sendMail(mailOf(options, bodySchema.parse(JSON.parse(body))));
      const info = await Promise.race([sending, abortOf(signal)]);
      return refusalOf(info.rejectedErrors ?? [], options.to.length);
    } catch (error) {
      return failureOf(error, secrets);
    } finally {
      socket?.destroy();
    }
  };
}

function transportOf({ host, port, tls, login }: EmailOptions, connection: Socket) {
  return createTransport({
    connection,
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: { rejectUnauthorized: true, ...(isIP(host) === 0 ? { servername: host } : {}) },
    ...(login === null ? {} : { auth: { user: login.user, pass: login.password } }),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function mailOf({ from, to }: EmailOptions, { subject, text, html, messageId, references }: EmailBody) {
  return {
    from,
    to: [...to],
    subject,
    text,
    html,
    messageId,
    references,
    inReplyTo: references,
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

/** Some recipients were refused while others have it: the graver refusal decides, because somebody does not know. */
function refusalOf(refusals: readonly unknown[], recipientCount: number): SendResult {
  if (refusals.length === 0) return { kind: 'sent' };
  const failures = refusals.map((refusal) => failureOf(refusal));
  const worst = failures.find(({ kind }) => kind === 'dead') ?? failures[0]!;
  if (worst.kind === 'sent') return worst;
  return { ...worst, reason: `${refusals.length} of ${recipientCount} recipients were refused: ${worst.reason}` };
}

function failureOf(error: unknown, secrets: readonly string[] = []): SendResult {
  const status = error instanceof Error && 'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : null;
  if (status === null) return { kind: 'retry', reason: smtpReasonOf(error), retryAfterMs: null };
  const said = error instanceof Error && 'response' in error && typeof error.response === 'string' ? error.response : String(status);
  const reason = `the mail server answered ${withoutSecrets(said, secrets).slice(0, 200)}`;
  return status >= 500 ? { kind: 'dead', reason } : { kind: 'retry', reason, retryAfterMs: null };
}

/** nodemailer gives its own codes to errors of TLS and sockets; the cause says more. */
function smtpReasonOf(error: unknown): string {
  const isOwn =
    error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(ETLS|ESOCKET|ECONNECTION|EDNS)$/.test(error.code);
  return isOwn ? error.message : reasonOf(error);
}
