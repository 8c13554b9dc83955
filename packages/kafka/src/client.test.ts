import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

test('what kafkajs says goes to our logger, and nowhere else', async () => {
  const said: string[] = [];
  const note = (fields: object, message: string): void => void said.push(`${message} ${JSON.stringify(fields)}`);
  const kafka = createKafka({
    connection: { brokers: ['127.0.0.1:1'] },
    clientId: 'test',
    logger: { debug: note, info: note, warn: note },
  });
  const admin = kafka.admin({ retry: { retries: 0 } });
  await expect(admin.connect()).rejects.toThrow(/ECONNREFUSED/);
  await admin.disconnect();
  expect(said.join('\n')).toMatch(/ECONNREFUSED.*"from":"kafkajs Connection"/);
});
