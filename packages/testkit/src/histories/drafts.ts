import type { Draw } from './draw.ts';
import type { Stage } from './scenes.ts';

/** An event that is yet to get its id and its moment of arrival. */
export interface Draft {
  readonly type: string;
  readonly subject: string;
  readonly timeMs: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Who and what a history is made of. */
export interface Cast {
  readonly draw: Draw;
  readonly stage: Stage;
  readonly lapseMs: number;
  readonly customers: readonly string[];
  /** Mostly the tenant's currency, at times another one. */
  readonly currency: () => string;
}

/** Values of each dimension; `unknown` is what an event without one counts as. */
export const dimensionValues = {
  channel: ['search', 'partner'],
  campaign: ['spring', 'summer'],
  segment: ['smb', 'enterprise'],
  country: ['FR', 'US'],
  plan: ['basic', 'pro'],
  product: ['mug', 'print'],
} as const;
export type DimensionName = keyof typeof dimensionValues;
export const dimensionNames: readonly DimensionName[] = ['channel', 'campaign', 'segment', 'country', 'plan', 'product'];

/** Some of the named dimensions, each present more often than not. */
export function someDimensions(draw: Draw, names: readonly DimensionName[]): Record<string, string> {
  const present = names.filter(() => draw.chance(0.6));
  return Object.fromEntries(present.map((name) => [name, draw.pick<string>(dimensionValues[name])]));
}
