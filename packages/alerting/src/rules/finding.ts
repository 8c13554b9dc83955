import type { Dimension, KpiDef } from '@vigie/kpis';
import { nearest } from './nearest.ts';
import type { Path } from './problem.ts';
import type { ChannelEntry } from './channel-schema.ts';
import type { InhibitEntry, MuteTimingEntry, RoutesEntry } from './route-schema.ts';
import type { RuleEntry } from './rule-schema.ts';
import type { RulesFile } from './rules-schema.ts';

/** What is wrong with a file whose every key is well-formed: names that lead nowhere, limits that contradict each other. */
export interface Finding {
  readonly path: Path;
  readonly text: string;
}

/** What of a file is well-formed, so that the rest of its mistakes are told together with those of shape. */
export interface Draft {
  /** null, at its place: its shape is wrong, which is told already. */
  readonly rules: readonly (RuleEntry | null)[];
  readonly channels: ReadonlyMap<string, ChannelEntry | null>;
  readonly muteTimings: ReadonlyMap<string, MuteTimingEntry | null>;
  readonly routes: RoutesEntry | null;
  readonly inhibit: readonly (InhibitEntry | null)[];
  readonly defaults: NonNullable<RulesFile['defaults']>;
  readonly kpis: readonly KpiDef[];
}

/** Longer lists of names help nobody who reads a message. */
const namedCountMax = 30;

export function unknownName(what: string, name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  if (meant !== null) return `expected ${what}, found "${name}". Did you mean ${meant}?`;
  if (known.length === 0) return `expected ${what}, found "${name}". There is none here.`;
  const more = known.length > namedCountMax ? ' ...' : '';
  return `expected ${what}, found "${name}". Known: ${known.slice(0, namedCountMax).join(', ')}${more}.`;
}

/** Names that Vigie gives to every alert; a rule cannot set them. */
export const givenLabels = ['rule', 'name', 'tenant', 'kpi', 'kind', 'severity'] as const;

export function isDimensionOf(kpi: KpiDef, name: string): name is Dimension {
  return kpi.dimensions.some((dimension) => dimension === name);
}
