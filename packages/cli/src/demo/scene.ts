import type { Output } from '../console/output.ts';
import type { Screen } from './screen.ts';

/** Where the story is told. */
export interface Scene {
  readonly output: Output;
  readonly screen: Screen;
  readonly say: (line: string) => void;
  readonly folder: string;
  readonly rulesFile: string;
  readonly seed: number;
}
