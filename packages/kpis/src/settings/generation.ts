import { hash } from 'node:crypto';
import { factSpecs } from '../facts/specs.ts';
import type { SettingsBook } from './settings.ts';

/** Raised whenever the same events would give other facts or cells; the golden test in generation.test.ts forces it. */
export const derivingVersion = 1;

/**
 * Names the facts that these definitions, settings, deriving code and time-zone data yield.
 *
 * Holds    equal hashes: the same events give the same facts; a new formula over known facts leaves it as it is
 */
export function definitionsHash(settings: SettingsBook, zoneData: string): string {
  return hash('sha256', JSON.stringify([derivingVersion, factSpecs, settings.canonical, zoneData])).slice(0, 16);
}
