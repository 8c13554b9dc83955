/** A place in the project's text, and what a shortcut would have written there. */
export interface Edit {
  /** Relative to the project's root. */
  readonly file: string;
  /** Must be there exactly once: short pieces of one line survive formatting best. */
  readonly find: string;
  readonly replace: string;
}

export interface TestName {
  readonly project: 'unit' | 'int';
  readonly file: string;
  /** With the names of its describes in front, joined by spaces. */
  readonly name: string;
}

/** One shortcut planted in the code, and the test whose promise it breaks. */
export interface Mutant {
  readonly shortcut: Shortcut;
  /** How it is expressed in today's code. */
  readonly how: string;
  readonly edits: readonly Edit[];
  readonly test: TestName;
}

/** The shortcuts that broke in the prototypes, in the order of the design. Every one has a mutant. */
export const shortcuts = [
  'differences per batch instead of per event',
  'panes of UTC hours for local days',
  '(from, to] windows',
  'distinct by last-seen for a window that has already ended',
  'coarse pairs (end hour, since hour)',
  'ids marked as seen before the apply is confirmed',
  "Kafka's committed offset trusted after a retention gap",
  'checking the gap only at assignment',
  'points ordered by arrival',
  "event id without source in a fact's identity",
  'only the last two orders remembered',
  'mixing facts of two settings in one generation',
  'trimming the outbox by count',
  'a retry after a failed script that had already incremented',
  'a look-up that finds the record itself',
  'a duplicate whose first copy is still in the outbox',
  "the 15 minutes' lead forgotten",
  'marking rejected ids',
  '`applied` written before `events`',
  'keys shared by two generations',
  'retention without slack',
  'planned ends as plain points',
  'movements typed per subscription or per plan',
] as const;
export type Shortcut = (typeof shortcuts)[number];

/** The code has moved on from under a mutant: it proves nothing until it is written anew. */
export class VoidMutantError extends Error {
  override readonly name = 'VoidMutantError';
}

/**
 * Plants one edit in a file's text.
 *
 * Errors   VoidMutantError unless the place is there exactly once and the edit changes something (retriable: false)
 */
export function plant(text: string, edit: Edit): string {
  const count = text.split(edit.find).length - 1;
  if (count !== 1) {
    throw new VoidMutantError(
      `${edit.file}: expected the text ${JSON.stringify(edit.find)} exactly once, found it ${count} times; write the mutant for today's code`,
    );
  }
  if (edit.replace === edit.find) throw new VoidMutantError(`${edit.file}: expected an edit that changes something, found none`);
  // A function, because a string may hold patterns such as $&.
  return text.replace(edit.find, () => edit.replace);
}
