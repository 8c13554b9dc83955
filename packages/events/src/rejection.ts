/** Why an event can be refused: a closed set, which is at once the metric label, the test and the documentation. */
export const rejectionReasons = [
  'bad_json',
  'not_an_envelope',
  'unknown_type',
  'schema_violation',
  'lone_surrogates',
  'number_out_of_range',
  'time_out_of_range',
  'effective_at_out_of_range',
  'too_large',
  'tombstone',
  'misrouted',
  'counter_overflow',
  'internal_error',
] as const;
export type RejectionReason = (typeof rejectionReasons)[number];

/**
 * What is wrong with one record, as a value: where (`field`), what was expected, what was found, and a sentence of all three.
 *
 * Holds    `found` is at most `foundLengthMax` characters, well-formed, and never the whole body
 */
export interface Rejection {
  readonly reason: RejectionReason;
  readonly field: string;
  readonly expected: string;
  readonly found: string;
  readonly message: string;
}

const foundLengthMax = 200;

export interface Fault {
  readonly reason: RejectionReason;
  readonly field: string;
  readonly expected: string;
  readonly found: string;
  /** What to do, where the expectation alone does not say it. */
  readonly advice?: string;
}

export function reject(fault: Fault): Rejection {
  const field = clip(fault.field);
  const found = clip(fault.found);
  const advice = fault.advice === undefined ? '' : `; ${fault.advice}`;
  return {
    reason: fault.reason,
    field,
    expected: fault.expected,
    found,
    message: `${field}: expected ${fault.expected}, found ${found}${advice}`,
  };
}

/** Describes a JSON value in a few words: short values as they are, containers by their size only, so that no body leaks into a log. */
export function describeFound(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return clip(JSON.stringify(value.slice(0, foundLengthMax + 1)));
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return `an object of ${Object.keys(value).length} fields`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'null';
}

/** Short, well-formed and free of control characters: it goes into logs, metrics and terminals. */
function clip(text: string): string {
  const shown = text.slice(0, foundLengthMax + 1).replace(/\p{Cc}/gu, '·');
  if (shown.length <= foundLengthMax) return shown.toWellFormed();
  // The cut may have left half of a surrogate pair: toWellFormed replaces the half.
  return `${shown.slice(0, foundLengthMax - 1).toWellFormed()}…`;
}
