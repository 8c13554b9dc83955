/** The server images of the docker provider; docker-compose.yml names the same ones (images.test.ts). */
export const images = {
  kafka: 'apache/kafka:4.1.0',
  redis: 'redis:7.4-alpine',
  // The version of the engine that the local provider runs.
  clickhouse: 'clickhouse/clickhouse-server:26.7',
} as const;
