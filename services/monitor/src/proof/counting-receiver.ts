import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { verifyWebhook, webhookSecret } from '@vigie/alerting';

export interface Receipt {
  readonly id: string;
  readonly body: string;
  readonly isSigned: boolean;
  /** Whether the sender can have taken it as accepted. */
  readonly isAccepted: boolean;
}
export interface CountingReceiver {
  readonly url: string;
  /** In order of arrival; refused ones too. */
  readonly receipts: readonly Receipt[];
  readonly close: () => Promise<void>;
}

/**
 * How one attempt is answered. `hang`: never; `reset`: the connection breaks after the body came; `slow`: the answer drips for longer than anybody
 * waits; `redirect`: elsewhere.
 */
export type Answer = number | 'hang' | 'reset' | 'slow' | 'redirect' | { readonly status: number; readonly retryAfter: string };

/** Receives webhooks, checks their signatures at the time that the test says it is, and remembers all; `answerOf` plays a faulty receiver. */
export async function startReceiver(options: {
  secret: string;
  nowMs: number;
  answerOf?: (id: string, attempt: number) => Answer;
}): Promise<CountingReceiver> {
  const receipts: Receipt[] = [];
  const secret = webhookSecret(options.secret);
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const id = String(request.headers['webhook-id']);
      const attempt = receipts.filter((receipt) => receipt.id === id).length + 1;
      const answer = options.answerOf?.(id, attempt) ?? 204;
      const isSigned = verifyWebhook({ headers: request.headers, body }, secret, { nowMs: options.nowMs });
      receipts.push({ id, body, isSigned, isAccepted: typeof answer === 'number' && answer < 300 });
      reply({ request, response }, answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Expected a TCP address of the receiver, found none.');
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    receipts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function reply({ request, response }: { request: IncomingMessage; response: ServerResponse }, answer: Answer): void {
  if (answer === 'hang') return;
  if (answer === 'reset') return void request.socket.resetAndDestroy();
  if (answer === 'redirect') return void response.writeHead(302, { location: 'http://127.0.0.1:1/elsewhere' }).end();
  if (answer === 'slow') {
    response.writeHead(503, { 'content-type': 'text/plain' });
    const drip = setInterval(() => response.write('.'), 20);
    return void response.on('close', () => clearInterval(drip));
  }
  if (typeof answer === 'number') return void response.writeHead(answer).end();
  response.writeHead(answer.status, { 'retry-after': answer.retryAfter }).end();
}
