import { parseDocument } from 'yaml';
import { z } from 'zod';
import { isZone } from '../time/zone.ts';
import type { TenantSettings } from '../types.ts';

const tenantSettings = z.strictObject({
  basis: z.enum(['subscriptions', 'purchases']),
  lapse_after_days: z.int().min(1).max(3_660),
  zone: z.string().refine(isZone, 'expected an IANA time zone, such as Europe/Paris'),
  currency: z.string().regex(/^[A-Z]{3}$/, 'expected an ISO 4217 code, such as EUR'),
  free_orders: z.enum(['count', 'skip']),
});

const settingsFile = z.strictObject({
  version: z.literal(1).default(1),
  default: tenantSettings.partial().default({}),
  tenants: z.record(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/), tenantSettings.partial()).default({}),
});

type Written = z.output<typeof tenantSettings>;

const builtIn: Written = { basis: 'subscriptions', lapse_after_days: 90, zone: 'UTC', currency: 'EUR', free_orders: 'count' };

/** The settings of every tenant; a tenant that is not named has the default ones. */
export interface SettingsBook {
  readonly of: (tenant: string) => TenantSettings;
  /** All of it in one canonical text: a part of the hash that names a generation. */
  readonly canonical: string;
}

export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/**
 * Reads a settings file (YAML).
 *
 * Shapes   { version: 1, default: {basis, lapse_after_days, zone, currency, free_orders}, tenants: { <tenant>: the same, partial } }; '' = all defaults
 * Errors   SettingsError names every wrong key at once
 */
export function parseSettings(text: string): SettingsBook {
  const document = parseDocument(text);
  const problem = document.errors[0];
  if (problem !== undefined) throw new SettingsError(`settings: expected YAML, found ${problem.message}`);
  const parsed = settingsFile.safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
    throw new SettingsError(`settings: ${problems.join('; ')}. Correct the file that VIGIE_SETTINGS_FILE names`);
  }
  const base = { ...builtIn, ...parsed.data.default };
  const tenants = new Map(Object.entries(parsed.data.tenants).map(([tenant, own]) => [tenant, toSettings({ ...base, ...own })]));
  const fallback = toSettings(base);
  return {
    of: (tenant) => tenants.get(tenant) ?? fallback,
    canonical: JSON.stringify({ default: fallback, tenants: [...tenants].toSorted((a, b) => (a[0] < b[0] ? -1 : 1)) }),
  };
}

function toSettings(written: { [K in keyof Written]: Written[K] | undefined }): TenantSettings {
  const all = written as Written;
  return {
    basis: all.basis,
    lapseAfterDays: all.lapse_after_days,
    zone: all.zone,
    currency: all.currency,
    freeOrders: all.free_orders,
  };
}
