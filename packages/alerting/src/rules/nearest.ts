/** How many single-character edits may lie between what was written and what was meant. */
const editsMax = 2;

/** The known name that was probably meant, or null when none is near. */
export function nearest(written: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let bestEdits = editsMax + 1;
  for (const name of known) {
    if (Math.abs(name.length - written.length) > editsMax) continue;
    const edits = editDistance(written, name);
    if (edits < bestEdits) {
      best = name;
      bestEdits = edits;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(previous[column]! + 1, current[column - 1]! + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length]!;
}
