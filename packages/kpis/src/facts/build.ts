import { type Dims, dimensions, type Fact, type FactName, sinceNever, unknownValue } from '../types.ts';

/** A fact is wrong in itself: its amount left the range of exact integers. The consumer dead-letters the event (internal_error). */
export class FactRangeError extends Error {
  override readonly name = 'FactRangeError';
  readonly fact: FactName;
  constructor(fact: FactName, value: number) {
    super(
      `${fact}: expected an integer within +-(2^53 - 1), found ${value}; the event's amounts add up to more than can be counted exactly`,
    );
    this.fact = fact;
  }
}

export interface FactInput {
  readonly fact: FactName;
  readonly at: number;
  readonly value: number;
  readonly dims: Dims;
  readonly currency?: string;
  readonly since?: number;
  readonly entity?: string;
}

/** Adds one fact to a list, unless its value is 0: facts of nothing would only cost space. */
export function pushFact(into: Fact[], input: FactInput): void {
  if (input.value === 0) return;
  if (!Number.isSafeInteger(input.value)) throw new FactRangeError(input.fact, input.value);
  into.push({
    fact: input.fact,
    currency: input.currency ?? '',
    at: input.at,
    since: input.since ?? sinceNever,
    value: input.value,
    dims: input.dims,
    entity: input.entity ?? '',
  });
}

/** Keeps the dimensions that say something: `unknown` is what an absent one means. */
export function dimsOf(data: Readonly<Record<string, unknown>>): Dims {
  const dims: { -readonly [K in keyof Dims]: string } = {};
  for (const dimension of dimensions) {
    const value = data[dimension];
    if (typeof value === 'string' && value !== unknownValue) dims[dimension] = value;
  }
  return dims;
}
