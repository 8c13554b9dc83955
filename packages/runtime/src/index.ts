export { systemClock, type Clock } from './clock.ts';
export { ConfigError, readConfig, type Env } from './config.ts';
export {
  clickhouseConfig,
  connectionConfig,
  kafkaConfig,
  redisConfig,
  serviceVariables,
  type ClickhouseConfig,
  type ConnectionConfig,
  type KafkaConfig,
  type RedisConfig,
} from './connection-config.ts';
export { createFaultPoints, type FaultPoint } from './fault-points.ts';
export { serveHealth, type Health, type HealthCheck, type HealthServer } from './health.ts';
export { createLifecycle, type Lifecycle } from './lifecycle.ts';
export { createLogger, type Logger, type LogLevel } from './logger.ts';
export { createMetrics, type CounterMetric, type GaugeMetric, type HistogramMetric, type Metrics } from './metrics.ts';
export { nearest } from './nearest.ts';
export { backoffMs, pause, retry, type Backoff } from './retry.ts';
export { booleanText, integerText, portText, urlText, variable } from './variable.ts';
