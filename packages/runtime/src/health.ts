import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Metrics } from './metrics.ts';

export type Health = { readonly ok: true } | { readonly ok: false; readonly reason: string };
export type HealthCheck = () => Health | Promise<Health>;

export interface HealthOptions {
  /** 0: a free one. */
  readonly port: number;
  readonly host: string;
  /** Not ok: restart me. */
  readonly livez: HealthCheck;
  /** Not ok: I cannot do my work now, and why. */
  readonly readyz: HealthCheck;
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
}
export interface HealthServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** A check that hangs is an answer too; probes give up after a few seconds themselves. */
const checkTimeoutMs = 2_000;

/**
 * Serves /livez, /readyz and /metrics.
 *
 * Shapes   200 or 503 with {"ok": boolean, "reason"?: string}; a check that throws or takes over 2 s is not ok
 * Errors   rejects when the port is taken, naming it
 */
export async function serveHealth(options: HealthOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    response.setHeader('connection', 'close');
    const path = (request.url ?? '/').split('?', 1)[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, { status: 405, text: 'GET only\n' });
    if (path === '/livez') return void answerCheck(response, options.livez);
    if (path === '/readyz') return void answerCheck(response, options.readyz);
    if (path === '/metrics') return void answerMetrics(response, options.metrics);
    return send(response, { status: 404, text: 'There are /livez, /readyz and /metrics here\n' });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new Error(
          `Expected to listen on ${options.host}:${options.port} for health checks, found ${error.code ?? error.message}. Set VIGIE_HTTP_PORT to a free port, or 0.`,
          { cause: error },
        ),
      ),
    );
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: boundPort(server),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function boundPort(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Expected a TCP port after listening, found none.');
  return address.port;
}

async function answerCheck(response: ServerResponse, check: HealthCheck): Promise<void> {
  const health = await withinTimeout(check);
  send(response, { status: health.ok ? 200 : 503, text: `${JSON.stringify(health)}\n`, type: 'application/json' });
}

async function withinTimeout(check: HealthCheck): Promise<Health> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Health>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, reason: `the check took over ${checkTimeoutMs} ms` }), checkTimeoutMs);
  });
  try {
    return await Promise.race([Promise.resolve().then(check), timeout]);
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

async function answerMetrics(response: ServerResponse, metrics: HealthOptions['metrics']): Promise<void> {
  try {
    send(response, { status: 200, text: await metrics.text(), type: metrics.contentType });
  } catch (error) {
    send(response, { status: 500, text: `${error instanceof Error ? error.message : String(error)}\n` });
  }
}

function send(response: ServerResponse, { status, text, type }: { status: number; text: string; type?: string }): void {
  response.writeHead(status, { 'content-type': type ?? 'text/plain; charset=utf-8' });
  response.end(text);
}
