import { createServer } from 'node:http';
import { verifyWebhook, webhookSecret } from '@vigie/alerting';

export interface Receipt {
  readonly id: string;
  readonly body: string;
  readonly isSigned: boolean;
  readonly status: number;
}
export interface CountingReceiver {
  readonly url: string;
  /** In order of arrival; refused ones too. */
  readonly receipts: readonly Receipt[];
  readonly close: () => Promise<void>;
}

/** Receives webhooks, checks their signatures at the time that the test says it is, and remembers all; `statusOf` plays a faulty receiver. */
export async function startReceiver(options: {
  secret: string;
  nowMs: number;
  statusOf?: (id: string, attempt: number) => number;
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
      const status = options.statusOf?.(id, attempt) ?? 204;
      receipts.push({ id, body, isSigned: verifyWebhook({ headers: request.headers, body }, secret, { nowMs: options.nowMs }), status });
      response.writeHead(status).end();
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
