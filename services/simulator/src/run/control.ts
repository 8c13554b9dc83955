import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { IncidentError, readIncident, readIncidentText } from '../incidents/incident.ts';
import { askExpected, AskError, askLedger } from './ask-ledger.ts';
import type { Simulation } from './simulation.ts';

export interface ControlOptions {
  readonly simulation: Simulation;
  readonly port: number;
  readonly clock: () => number;
  readonly status: () => Readonly<Record<string, unknown>>;
}

export interface Control {
  readonly port: number;
  close(): Promise<void>;
}

const bodyBytesMax = 64 * 1024;

/**
 * Listens on this machine only: GET /status, GET /ledger, POST /incidents, POST /expected.
 *
 * Errors   answers 400 with {"error"} for what it does not understand; rejects when the port is taken
 */
export async function serveControl(options: ControlOptions): Promise<Control> {
  const server = createServer((request, response) => void answer(request, { response, options }));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new Error(
          `expected to listen on 127.0.0.1:${options.port}, found ${error.code ?? error.message}: set VIGIE_SIM_CONTROL_PORT to a free port, or 0`,
        ),
      ),
    );
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  { response, options }: { response: ServerResponse; options: ControlOptions },
): Promise<void> {
  try {
    // A page in somebody's browser reaches this address too; it says where it comes from.
    if (request.headers.origin !== undefined) return send(response, 403, { error: 'expected a caller that is no web page' });
    const body = await readBody(request);
    const { status, told } = route(`${request.method} ${request.url}`, body, options);
    send(response, status, told);
  } catch (error) {
    const isTheirs = error instanceof AskError || error instanceof IncidentError || error instanceof SyntaxError;
    send(response, isTheirs ? 400 : 500, { error: error instanceof Error ? error.message : String(error) });
  }
}

function route(asked: string, body: string, { simulation, clock, status }: ControlOptions): { status: number; told: unknown } {
  const [method = '', target = ''] = asked.split(' ');
  const url = new URL(target, 'http://127.0.0.1');
  switch (`${method} ${url.pathname}`) {
    case 'GET /status':
      return { status: 200, told: { ...status(), counts: simulation.ledger.counts(), incidents: simulation.staged.map(shownTimes) } };
    case 'GET /ledger':
      return { status: 200, told: askLedger(simulation.ledger, url.searchParams, clock()) };
    case 'POST /incidents': {
      const incident = body.trimStart().startsWith('{') ? readIncident(JSON.parse(body), 'incident') : readIncidentText(body);
      return { status: 202, told: shownTimes(simulation.stage(incident, clock())) };
    }
    case 'POST /expected':
      return { status: 200, told: askExpected(simulation.ledger, JSON.parse(body)) };
    default:
      return { status: 404, told: { error: 'there are GET /status, GET /ledger, POST /incidents, POST /expected' } };
  }
}

function shownTimes({ kind, startMs, endMs }: { kind: string; startMs: number; endMs: number }) {
  return { kind, start: new Date(startMs).toISOString(), end: new Date(endMs).toISOString() };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) throw new AskError(`body: expected at most ${bodyBytesMax} bytes, found more`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, told: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(`${JSON.stringify(told)}\n`);
}
