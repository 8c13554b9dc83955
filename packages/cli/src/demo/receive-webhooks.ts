import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { verifyWebhook, webhookSecret } from '@vigie/alerting';

/** A delivery as it came in. */
export interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Whether headers and body are signed with the secret that only the monitor and this receiver have. */
  readonly verified: boolean;
  readonly receivedMs: number;
}

/** A receiver of alerts such as a company would run, on this machine alone. */
export interface WebhookReceiver {
  readonly url: string;
  /** For the monitor's environment. */
  readonly secret: string;
  /** Each notification once: a retry has the same id and is acknowledged, not handed on. */
  readonly deliveries: readonly Delivery[];
  close(): Promise<void>;
}

const bodyBytesMax = 1_000_000;

export async function receiveWebhooks(onDelivery: (delivery: Delivery) => void): Promise<WebhookReceiver> {
  const secretText = `whsec_${randomBytes(32).toString('base64')}`;
  const secret = webhookSecret(secretText);
  const deliveries: Delivery[] = [];
  const seen = new Set<string>();
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    if (body === null) {
      response.writeHead(413).end();
      return;
    }
    const receivedMs = Date.now();
    const verified = verifyWebhook({ headers: request.headers, body }, secret, { nowMs: receivedMs });
    // A stranger's message is refused; the monitor would try again and say so.
    response.writeHead(verified ? 204 : 401).end();
    const id = String(request.headers['webhook-id'] ?? '');
    if (seen.has(id)) return;
    if (verified) seen.add(id);
    const delivery = { headers: request.headers, body, verified, receivedMs };
    deliveries.push(delivery);
    onDelivery(delivery);
  };
  const server = createServer((request, response) => void receive(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port for the webhook receiver, found none');
  return {
    url: `http://127.0.0.1:${address.port}/alerts`,
    secret: secretText,
    deliveries,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > bodyBytesMax) return null;
      chunks.push(chunk);
    }
  } catch {
    return null;
  }
  return Buffer.concat(chunks).toString('utf8');
}
