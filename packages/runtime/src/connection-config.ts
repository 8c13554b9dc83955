import { z } from 'zod';
import { booleanText, portText, urlText, variable, variableMeta, type VariableMeta } from './variable.ts';

const filePath = z.string().optional();

const brokersText = z
  .string()
  .transform((text) => text.split(',').map((broker) => broker.trim()))
  .refine((brokers) => brokers.every((broker) => /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):\d{1,5}$/.test(broker)));

const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** Where Kafka is and how to log in. */
export const kafkaConfig = z
  .object({
    brokers: variable('VIGIE_KAFKA_BROKERS', brokersText, { expected: 'a list host:port,host:port', example: 'localhost:9092' }),
    topic: variable(
      'VIGIE_KAFKA_TOPIC',
      z
        .string()
        .regex(/^[A-Za-z0-9._-]{1,249}$/)
        .default('vigie.events.v1'),
      {
        expected: 'a topic name (letters, digits, dot, dash, underscore)',
        example: 'vigie.events.v1',
      },
    ),
    group: variable('VIGIE_KAFKA_GROUP', z.string().min(1).default('vigie-consumer'), {
      expected: 'a consumer group name',
      example: 'vigie-consumer',
    }),
    ssl: variable('VIGIE_KAFKA_SSL', booleanText.default(false), { expected: 'true or false', example: 'true' }),
    sslCaFile: variable('VIGIE_KAFKA_SSL_CA_FILE', filePath, { expected: 'the path of a PEM file', example: 'secrets/kafka-ca.pem' }),
    saslMechanism: variable('VIGIE_KAFKA_SASL_MECHANISM', z.enum(saslMechanisms).optional(), {
      expected: `one of ${saslMechanisms.join(', ')}`,
      example: 'scram-sha-512',
    }),
    username: variable('VIGIE_KAFKA_USERNAME', z.string().optional(), { expected: 'the SASL user', example: 'vigie' }),
    password: variable('VIGIE_KAFKA_PASSWORD', z.string().optional(), { expected: 'the SASL password', example: '...', secret: true }),
  })
  .superRefine((kafka, context) => {
    if (kafka.saslMechanism === undefined) return;
    for (const field of ['username', 'password'] as const) {
      if (kafka[field] !== undefined) continue;
      context.addIssue({ code: 'custom', path: [field], message: 'needed because VIGIE_KAFKA_SASL_MECHANISM is set' });
    }
  });

/** Where Redis is. `password` wins over one inside the URL. */
export const redisConfig = z.object({
  url: variable('VIGIE_REDIS_URL', urlText('redis:', 'rediss:'), {
    expected: 'a URL redis://host:port or rediss://host:port',
    example: 'redis://localhost:6379',
    secret: true,
  }),
  password: variable('VIGIE_REDIS_PASSWORD', z.string().optional(), { expected: 'the Redis password', example: '...', secret: true }),
  prefix: variable(
    'VIGIE_REDIS_PREFIX',
    z
      .string()
      .regex(/^[A-Za-z0-9._:-]{1,100}$/)
      .default('vigie'),
    {
      expected: 'a key prefix without braces or spaces',
      example: 'vigie',
    },
  ),
  caFile: variable('VIGIE_REDIS_CA_FILE', filePath, { expected: 'the path of a PEM file', example: 'secrets/redis-ca.pem' }),
});

const identifier = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/);

/** Where ClickHouse is, as the owner of the tables and, where given, as the read-only analyst. */
export const clickhouseConfig = z.object({
  url: variable('VIGIE_CLICKHOUSE_URL', urlText('http:', 'https:'), {
    expected: 'a URL http://host:port or https://host:port',
    example: 'http://localhost:8123',
    secret: true,
  }),
  user: variable('VIGIE_CLICKHOUSE_USER', z.string().default('default'), { expected: 'a user name', example: 'vigie' }),
  password: variable('VIGIE_CLICKHOUSE_PASSWORD', z.string().default(''), { expected: 'its password', example: '...', secret: true }),
  database: variable('VIGIE_CLICKHOUSE_DATABASE', identifier.default('vigie'), {
    expected: 'a database name (letters, digits, underscore)',
    example: 'vigie',
  }),
  analystUser: variable('VIGIE_CLICKHOUSE_ANALYST_USER', identifier.default('analyst'), { expected: 'a user name', example: 'analyst' }),
  analystPassword: variable('VIGIE_CLICKHOUSE_ANALYST_PASSWORD', z.string().optional(), {
    expected: "the analyst's password",
    example: '...',
    secret: true,
  }),
  caFile: variable('VIGIE_CLICKHOUSE_CA_FILE', filePath, { expected: 'the path of a PEM file', example: 'secrets/clickhouse-ca.pem' }),
});

export const connectionConfig = z.object({ kafka: kafkaConfig, redis: redisConfig, clickhouse: clickhouseConfig });
export type ConnectionConfig = z.output<typeof connectionConfig>;
export type KafkaConfig = z.output<typeof kafkaConfig>;
export type RedisConfig = z.output<typeof redisConfig>;
export type ClickhouseConfig = z.output<typeof clickhouseConfig>;

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Variables of every process beside its connections; a service picks those it needs into its own z.object. */
export const serviceVariables = {
  logLevel: variable('VIGIE_LOG_LEVEL', z.enum(logLevels).default('info'), {
    expected: `one of ${logLevels.join(', ')}`,
    example: 'info',
  }),
  httpPort: variable('VIGIE_HTTP_PORT', portText.default(9464), { expected: 'a port 0..65535 (0: a free one)', example: '9464' }),
  httpHost: variable('VIGIE_HTTP_HOST', z.string().default('0.0.0.0'), { expected: 'an address to listen on', example: '127.0.0.1' }),
  settingsFile: variable('VIGIE_SETTINGS_FILE', filePath, { expected: 'the path of a YAML file', example: 'settings.yaml' }),
  rulesFile: variable('VIGIE_RULES_FILE', filePath, { expected: 'the path of a YAML file', example: 'rules.yaml' }),
  dataDir: variable('VIGIE_DATA_DIR', z.string().default('.vigie'), { expected: 'the path of a folder', example: '.vigie' }),
};

/** Every variable that some Vigie process reads: one environment serves all of them, so none of these is a typing error. */
export function contractVariables(): VariableMeta[] {
  const schemas = [
    ...[kafkaConfig, redisConfig, clickhouseConfig].flatMap((section) => Object.values(section.shape)),
    ...Object.values(serviceVariables),
  ];
  const faults = ['VIGIE_FAULT_POINT', 'VIGIE_FAULT_FILE', 'VIGIE_FAULT_ACTION'].map((name) => ({
    variable: name,
    expected: 'only in tests',
    example: '',
    secret: false,
  }));
  return [...schemas.map((schema) => variableMeta(schema)!), ...faults];
}
