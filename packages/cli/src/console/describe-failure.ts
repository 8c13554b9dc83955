import { CliError, type ExitCode, exitCodes } from './cli-error.ts';

/** Errors whose message is already made for people. */
const told = new Set([
  'ConfigError',
  'ServersError',
  'SettingsError',
  'TopicError',
  'MigrationError',
  'KafkaConnectionError',
  'CsvError',
  'RedisSettingsError',
]);

/** What a failed command says, and how it ends. */
export function describeFailure(error: unknown): { message: string; exitCode: ExitCode } {
  if (error instanceof CliError) return { message: error.message, exitCode: error.exitCode };
  if (!(error instanceof Error)) return { message: String(error), exitCode: exitCodes.wrong };
  if (told.has(error.name)) return { message: error.message, exitCode: exitCodes.missing };
  const outage = outageOf(error);
  if (outage !== null) return { message: outage, exitCode: exitCodes.missing };
  const trace = process.env['VIGIE_LOG_LEVEL'] === 'debug' ? `\n${error.stack}` : ' (VIGIE_LOG_LEVEL=debug shows where)';
  return { message: `${error.name}: ${error.message}${trace}`, exitCode: exitCodes.wrong };
}

/** A server that does not answer, by what its client says. */
function outageOf(error: Error): string | null {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const away = (server: string): string =>
    `expected ${server} to answer, found ${error.message || code}; is it running? vigie doctor looks at every address`;
  if (error.name.startsWith('KafkaJS')) return away('Kafka');
  if (error.name === 'MaxRetriesPerRequestError' || error.message === 'Command timed out' || error.message === 'Connection is closed.')
    return away('Redis');
  if (['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH'].includes(code)) return away('the server');
  return null;
}
