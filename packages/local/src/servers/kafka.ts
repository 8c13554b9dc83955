import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillTemplate } from '../infra.ts';
import type { ServerSpec } from '../process/managed-server.ts';
import { childEnvironment } from './child-environment.ts';
import { askOverTcp } from './ask-over-tcp.ts';
import { ServersError } from '../types.ts';

export interface KafkaPlace {
  dataDir: string;
  jarsDir: string;
  port: number;
  controllerPort: number;
  env: NodeJS.ProcessEnv;
}

const answerDeadlineMs = 2_000;

/** Kafka as one KRaft process, broker and controller; its storage is formatted the first time. */
export function kafkaSpec({ dataDir, jarsDir, port, controllerPort, env }: KafkaPlace): ServerSpec {
  const home = join(dataDir, 'kafka');
  const logDir = join(home, 'data');
  const properties = join(home, 'server.properties');
  mkdirSync(home, { recursive: true });
  writeFileSync(properties, fillTemplate(['kafka', 'local.properties'], { PORT: port, CONTROLLER_PORT: controllerPort, LOG_DIR: logDir }));
  const java = ['-cp', join(jarsDir, '*')];
  const quiet = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dorg.slf4j.simpleLogger.showDateTime=true'];
  if (!existsSync(join(logDir, 'meta.properties'))) format([...java, ...quiet], properties, env);
  return {
    name: 'kafka',
    command: 'java',
    args: ['-Xmx512m', '-XX:+UseSerialGC', ...quiet, ...java, 'kafka.Kafka', properties],
    env: childEnvironment(env),
    ports: [port, controllerPort],
    logFile: join(dataDir, 'logs', 'kafka.log'),
    probe: () => probeKafka(port, logDir),
  };
}

function format(java: string[], properties: string, env: NodeJS.ProcessEnv): void {
  // A leading dash would be read as an option, and a random id has one in 64.
  const clusterId = `v${randomBytes(16).toString('base64url').slice(1)}`;
  const args = [...java, 'kafka.tools.StorageTool', 'format', '--ignore-formatted', '-t', clusterId, '-c', properties];
  const done = spawnSync('java', args, { env: childEnvironment(env), encoding: 'utf8' });
  if (done.status === 0) return;
  throw new ServersError(
    `expected Kafka's storage tool to format the data folder, found exit code ${done.status}:\n${done.stdout}${done.stderr}`,
  );
}

/**
 * Asks for the cluster's metadata: the port opens before the broker serves, so a connection alone proves nothing, and an answer of another
 * cluster means that another run took the port between our look and our bind.
 */
async function probeKafka(port: number, logDir: string): Promise<void> {
  const answer = await askOverTcp({ port, request: metadataRequest(), isWhole: isWholeResponse, deadlineMs: answerDeadlineMs });
  const { brokerCount, clusterId } = readMetadata(answer);
  if (brokerCount < 1) throw new Error('no broker in the metadata yet');
  const own = /^cluster\.id=(.+)$/m.exec(readFileSync(join(logDir, 'meta.properties'), 'utf8'))?.[1];
  if (clusterId !== own) throw new Error(`port ${port} answers as cluster ${clusterId}, expected ${own}`);
}

function isWholeResponse(bytes: Buffer): boolean {
  return bytes.length >= 12 && bytes.length >= 4 + bytes.readInt32BE(0);
}

/** A Metadata request, version 2, for no topic (Kafka protocol guide: request header v1, then an empty array). */
function metadataRequest(): Buffer {
  const clientId = Buffer.from('vigie');
  const body = Buffer.alloc(8 + 2 + clientId.length + 4);
  body.writeInt16BE(3, 0);
  body.writeInt16BE(2, 2);
  body.writeInt32BE(1, 4);
  body.writeInt16BE(clientId.length, 8);
  clientId.copy(body, 10);
  body.writeInt32BE(0, 10 + clientId.length);
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length, 0);
  return Buffer.concat([size, body]);
}

/** Size, correlation id, brokers [node id, host, port, rack], cluster id: the beginning of a Metadata response, version 2. */
function readMetadata(bytes: Buffer): { brokerCount: number; clusterId: string } {
  let at = 8;
  const int32 = () => bytes.readInt32BE((at += 4) - 4);
  const text = () => {
    const length = Math.max(0, bytes.readInt16BE((at += 2) - 2));
    return bytes.toString('utf8', at, (at += length));
  };
  const brokerCount = int32();
  for (let broker = 0; broker < brokerCount; broker++) {
    int32();
    text();
    int32();
    text();
  }
  return { brokerCount, clusterId: text() };
}
