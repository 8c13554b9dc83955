/** Real receivers on 127.0.0.1 that record what arrives, and a notification to send them. */
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Notification } from '@vigie/alerting';

export const notification: Notification = {
  id: 'msg_1',
  channel: 'hook',
  kind: 'firing',
  queue: 'lane',
  transitions: ['t'],
  episodes: ['e'],
  body: '{"type":"alert.firing","text":"Résiliations 🙂"}',
  text: 'text',
};

export interface Receiver {
  /** https where keys were given. */
  readonly url: string;
  readonly port: number;
  readonly received: { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string; readonly atMs: number }[];
}

const servers: Server[] = [];

/** Starts a receiver; `handler` answers when the whole request is there. */
export async function receive(handler: RequestListener, tls?: { key: string; cert: string }): Promise<Receiver> {
  const received: Receiver['received'] = [];
  const listener: RequestListener = (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body, atMs: performance.now() });
      handler(request, response);
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  return { url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}/hook/T0123456789`, port: address.port, received };
}

export function closeReceivers(): void {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
}

export const answering =
  (status: number, headers: Record<string, string> = {}, text = ''): RequestListener =>
  (_request, response) =>
    response.writeHead(status, headers).end(text);
