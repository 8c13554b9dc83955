import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { connectionConfig, type Env, integerText, readConfig, serviceVariables, variable } from '@vigie/runtime';
import { z } from 'zod';
import { durationMs, type Incident, IncidentError, readIncidentText } from '../incidents/incident.ts';
import { readScript } from '../incidents/script.ts';

const dayMs = 86_400_000;
const whole = (min: number, max: number) => integerText.pipe(z.number().min(min).max(max));
const shareText = z
  .string()
  .regex(/^(0(\.\d+)?|1)$/)
  .transform(Number);

const variables = {
  seed: variable('VIGIE_SIM_SEED', whole(0, 2 ** 31 - 1).default(1), { expected: 'a whole number from 0', example: '7' }),
  tenant: variable(
    'VIGIE_SIM_TENANT',
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/)
      .default('default'),
    { expected: 'a tenant', example: 'default' },
  ),
  days: variable('VIGIE_SIM_DAYS', whole(1, 1_200).default(400), { expected: 'days of history, 1 to 1200', example: '400' }),
  size: variable(
    'VIGIE_SIM_SIZE',
    z
      .string()
      .regex(/^\d{1,3}(\.\d+)?$/)
      .default('1')
      .transform(Number)
      .pipe(z.number().min(0.05).max(500)),
    {
      expected: 'a size of the company, 0.05 to 500 (1: some 300 customers at first, 500 events a day)',
      example: '2',
    },
  ),
  rate: variable('VIGIE_SIM_RATE', whole(1, 20_000).default(20), { expected: 'events per second once live, 1 to 20000', example: '200' }),
  until: variable(
    'VIGIE_SIM_UNTIL',
    z
      .string()
      .refine((text) => text === 'history' || text === 'stopped' || durationMs(text) !== undefined)
      .default('stopped'),
    {
      expected: 'history (stop at its end), a duration of live time such as 10m, or stopped',
      example: '10m',
    },
  ),
  now: variable(
    'VIGIE_SIM_NOW',
    z
      .string()
      .refine((text) => !Number.isNaN(Date.parse(text)))
      .transform(Date.parse)
      .optional(),
    {
      expected: 'an instant at which history ends, for a run that can be repeated byte for byte',
      example: '2026-11-01T00:00:00Z',
    },
  ),
  zone: variable('VIGIE_SIM_ZONE', z.string().refine(isZone).default('UTC'), {
    expected: "the tenant's IANA time zone",
    example: 'Europe/Paris',
  }),
  lateShare: variable('VIGIE_SIM_LATE_SHARE', shareText.default(0.01), { expected: 'a share 0 to 1', example: '0.01' }),
  copyShare: variable('VIGIE_SIM_COPY_SHARE', shareText.default(0.01), { expected: 'a share 0 to 1', example: '0.01' }),
  badShare: variable('VIGIE_SIM_BAD_SHARE', shareText.default(0.0002), { expected: 'a share 0 to 1', example: '0.001' }),
  script: variable('VIGIE_SIM_SCRIPT', z.string().optional(), { expected: 'the path of a YAML file', example: 'incidents.yaml' }),
  ledgerFile: variable('VIGIE_SIM_LEDGER_FILE', z.string().optional(), {
    expected: 'a path to write the ledger to',
    example: 'ledger.json',
  }),
  controlPort: variable('VIGIE_SIM_CONTROL_PORT', whole(0, 65_535).default(9466), {
    expected: 'a port 0..65535 (0: a free one)',
    example: '9466',
  }),
};

const flags = {
  seed: 'SEED',
  tenant: 'TENANT',
  days: 'DAYS',
  size: 'SIZE',
  rate: 'RATE',
  until: 'UNTIL',
  now: 'NOW',
  zone: 'ZONE',
  script: 'SCRIPT',
  ledger: 'LEDGER_FILE',
} as const;

/**
 * Reads flags and environment; a flag wins over its variable.
 *
 * Errors   ConfigError, IncidentError, or the error of an unknown flag
 */
export function readOptions(args: readonly string[], env: Env) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(Object.keys(flags).map((name) => [name, { type: 'string' as const }])),
      incident: { type: 'string', multiple: true },
    },
  });
  const given: Record<string, string | undefined> = { ...env };
  for (const [flag, name] of Object.entries(flags)) {
    const value: unknown = Reflect.get(values, flag);
    if (typeof value === 'string') given[`VIGIE_SIM_${name}`] = value;
  }
  const { httpPort, httpHost, logLevel } = serviceVariables;
  const config = readConfig(z.object({ kafka: connectionConfig.shape.kafka, httpPort, httpHost, logLevel, ...variables }), given);
  return { ...config, incidents: readIncidents(config.script, values.incident ?? []) };
}

export type Options = ReturnType<typeof readOptions>;

function readIncidents(script: string | undefined, texts: readonly string[]): Incident[] {
  const scripted = script === undefined ? [] : readScript(readScriptFile(script), script);
  return [...scripted, ...texts.map(readIncidentText)];
}

function readScriptFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new IncidentError(`VIGIE_SIM_SCRIPT: expected a readable file, found ${code} at ${JSON.stringify(file)}`, { cause: error });
  }
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** What a simulation needs, from options and the moment that history ends. */
export function simulationOptions(options: Options, nowMs: number) {
  const historyEndMs = options.now ?? nowMs;
  const { seed, tenant, size, zone, days, lateShare, copyShare, badShare, incidents } = options;
  return {
    seed,
    tenant,
    size,
    zone,
    historyEndMs,
    startMs: historyEndMs - days * dayMs,
    disorder: { lateShare, copyShare, badShare },
    incidents,
  };
}
