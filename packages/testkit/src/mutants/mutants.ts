import { coreMutants } from './list/core.ts';
import { writePathMutants } from './list/write-path.ts';
import { type Mutant, shortcuts } from './mutant.ts';

/** Every shortcut of the design, planted at least once, in the design's order. */
export const mutants: readonly Mutant[] = [...coreMutants, ...writePathMutants].toSorted(
  (a, b) => shortcuts.indexOf(a.shortcut) - shortcuts.indexOf(b.shortcut),
);
