import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Partitioners } from 'kafkajs';
import { afterAll, expect, test } from 'vitest';
import { createKafka, type KafkaConnection } from './client.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigie-kafka-'));
afterAll(() => rmSync(folder, { recursive: true }));

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined };

function create(connection: Partial<KafkaConnection>) {
  return createKafka({ connection: { brokers: ['127.0.0.1:1'], ...connection }, clientId: 'test', logger: quiet });
}

test('a CA file that is not there is named, with the variable to check', () => {
  const sslCaFile = join(folder, 'none.pem');
  expect(() => create({ ssl: true, sslCaFile })).toThrow(/VIGIE_KAFKA_SSL_CA_FILE.*none\.pem/);
});

test('a CA file without TLS is refused instead of being forgotten', () => {
  const sslCaFile = join(folder, 'ca.pem');
  writeFileSync(sslCaFile, 'pem');
  expect(() => create({ sslCaFile })).toThrow(/VIGIE_KAFKA_SSL=true/);
  expect(() => create({ ssl: true, sslCaFile })).not.toThrow();
});

test('a login without its password is refused', () => {
  expect(() => create({ saslMechanism: 'scram-sha-512', username: 'vigie' })).toThrow(/scram-sha-512.*VIGIE_KAFKA_PASSWORD/);
});

test('what kafkajs says goes to our logger, its errors as warnings, and nothing is said about retries that are limited on purpose', () => {
  const said: unknown[] = [];
  const as = (level: string) => (fields: object, message: string) => void said.push([level, message, fields]);
  const kafka = createKafka({
    connection: { brokers: ['127.0.0.1:1'] },
    clientId: 'test',
    logger: { debug: as('debug'), info: as('info'), warn: as('warn') },
  });
  kafka.logger().error('connection lost', { broker: 'b:9092' });
  kafka.logger().namespace('Consumer').info('joined');
  kafka.producer({ idempotent: true, retry: { retries: 3 }, createPartitioner: Partitioners.DefaultPartitioner });
  expect(said).toEqual([
    ['warn', 'connection lost', { broker: 'b:9092', from: 'kafkajs' }],
    ['info', 'joined', { from: 'kafkajs Consumer' }],
  ]);
});
