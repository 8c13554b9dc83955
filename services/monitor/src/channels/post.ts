import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { openSocket, type Network } from './network.ts';

const answerBytesMax = 4096;

export interface PostRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly allowPrivateHosts: readonly string[];
}

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  /** At most 4 KB. */
  readonly text: string;
}

/**
 * Posts a body, once.
 *
 * Holds    the address is checked as the connection is made; redirects are not followed; at most 4 KB of the answer are read; a connection of
 *          its own for every attempt, because one that is kept alive would skip the check; the signal ends all of it, a slow body too
 * Errors   PrivateAddressError, those of the network, the signal's reason
 */
export async function post(request: PostRequest, network: Network, signal: AbortSignal): Promise<Answer> {
  const { url, allowPrivateHosts } = request;
  const isTls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
  const socket = await openSocket({ host, port, allowPrivateHosts }, network, signal);
  return exchange(request, isTls ? overTls(socket, host) : socket, signal);
}

function overTls(socket: Socket, host: string): Socket {
  return connectTls({ socket, host, ALPNProtocols: ['http/1.1'], ...(isIP(host) === 0 ? { servername: host.replace(/\.$/, '') } : {}) });
}

function exchange({ url, headers, body }: PostRequest, socket: Socket, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    let finish: (() => void) | null = null;
    const outgoing = send(
      url,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'Vigie', ...headers, 'content-length': Buffer.byteLength(body) },
        signal,
        createConnection: () => socket,
      },
      (answer) => (finish = readAnswer(answer, resolve)),
    );
    // Once there is a status, a deadline or a reset only ends the reading.
    outgoing.on('error', (error) => (finish === null ? reject(error) : finish()));
    outgoing.on('close', () => socket.destroy());
    outgoing.end(body);
  });
}

/** The status decides; what comes after it, a reset included, only makes the reason longer or shorter. */
function readAnswer(answer: IncomingMessage, resolve: (answer: Answer) => void): () => void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const done = (): void => {
    const text = Buffer.concat(chunks).subarray(0, answerBytesMax).toString('utf8');
    resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] ?? null, text });
    answer.destroy();
  };
  answer.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= answerBytesMax) done();
  });
  answer.on('end', done);
  answer.on('error', done);
  return done;
}
