/** The data part: the type's zod schema, its issues put into the words of a rejection, and the range of the instants in it. */
import type { z } from 'zod';
import { formatMs } from './envelope.ts';
import { dayOrInstantMs } from './fields.ts';
import { instantAdvice, isFarYear } from './instant.ts';
import type { CompiledType } from './registry.ts';
import { describeFound, reject, type Rejection, type RejectionReason } from './rejection.ts';

/** Ten years in whole days, with as many leap days as they can have. */
export const effectiveAheadMsMax = 3653 * 86_400_000;

type DataRead = { readonly ok: true; readonly data: Record<string, unknown> } | { readonly ok: false; readonly rejection: Rejection };

export function readData(type: CompiledType, data: unknown, appendTimeMs: number): DataRead {
  const parsed = type.data.safeParse(data);
  if (!parsed.success) return { ok: false, rejection: explainIssue(parsed.error.issues[0]!, data) };
  const values = parsed.data;
  for (const field of type.instantFields) {
    const instantMs = values[field];
    if (typeof instantMs === 'number' && !isInRange(instantMs, appendTimeMs)) return refuseInstant(field, instantMs, appendTimeMs);
  }
  const serviceStart = values['service_start'];
  if (typeof serviceStart === 'string' && dayOrInstantMs(serviceStart) > appendTimeMs + effectiveAheadMsMax) {
    return refuseInstant('service_start', dayOrInstantMs(serviceStart), appendTimeMs);
  }
  return { ok: true, data: values };
}

function isInRange(instantMs: number, appendTimeMs: number): boolean {
  return instantMs >= 0 && instantMs <= appendTimeMs + effectiveAheadMsMax;
}

/** Instants that say when something counts have a reason of their own; for the others a far future is merely a wrong time. */
function refuseInstant(field: string, instantMs: number, appendTimeMs: number): DataRead {
  const counts = field === 'effective_at' || field === 'service_start';
  const rejection = reject({
    reason: counts && instantMs >= 0 ? 'effective_at_out_of_range' : 'time_out_of_range',
    field: `data.${field}`,
    expected: `a time from 1970 on, at most 10 years after the append time ${formatMs(appendTimeMs)}`,
    found: formatMs(instantMs),
  });
  return { ok: false, rejection };
}

function explainIssue(issue: z.core.$ZodIssue, data: unknown): Rejection {
  const path = issue.path.map(String);
  const found = valueAt(data, issue.path);
  const isMissing = found === undefined && path.length > 0;
  const advice = isMissing ? undefined : adviceFor(issue, found);
  return reject({
    reason: reasonOf(issue, found),
    field: ['data', ...path].join('.'),
    expected: expectedOf(issue),
    found: describeFound(found),
    ...(advice === undefined ? {} : { advice }),
  });
}

function reasonOf(issue: z.core.$ZodIssue, found: unknown): RejectionReason {
  const ofNumber =
    (issue.code === 'invalid_type' && (issue.expected === 'number' || issue.expected === 'int')) ||
    ((issue.code === 'too_big' || issue.code === 'too_small') && (issue.origin === 'number' || issue.origin === 'int'));
  // A fraction has the wrong form; a whole number that is too far out, or lost digits on its way here, is out of range.
  if (ofNumber && typeof found === 'number')
    return Number.isInteger(found) || !Number.isFinite(found) ? 'number_out_of_range' : 'schema_violation';
  if (isInstantIssue(issue) && typeof found === 'string' && isFarYear(found)) return 'time_out_of_range';
  return 'schema_violation';
}

function expectedOf(issue: z.core.$ZodIssue): string {
  if (issue.path.length === 0 && issue.code === 'invalid_type') return 'an object';
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  return issue.message;
}

function adviceFor(issue: z.core.$ZodIssue, found: unknown): string | undefined {
  if (found === null) return 'null is no value: leave an optional field out';
  if (isInstantIssue(issue)) return instantAdvice(found);
  if (typeof found === 'number' && !Number.isInteger(found) && Number.isFinite(found))
    return 'send minor units or whole numbers, never floats';
  return undefined;
}

function isInstantIssue(issue: z.core.$ZodIssue): boolean {
  return issue.message.includes('RFC 3339');
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, step)?.value;
  }
  return value;
}
