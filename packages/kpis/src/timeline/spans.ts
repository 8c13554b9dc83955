/** `[from, to)` in epoch ms; `to` is Infinity while nothing ends it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Merges one more span into sorted, disjoint spans; spans that touch are one.
 *
 * Holds    the result depends on the set of spans added, not on their order; the same list comes back when nothing changes
 */
export function addSpan(spans: readonly Span[], span: Span): readonly Span[] {
  let first = spans.length;
  while (first > 0 && spans[first - 1]!.to >= span.from) first--;
  let end = first;
  let { from, to } = span;
  while (end < spans.length && spans[end]!.from <= to) {
    from = Math.min(from, spans[end]!.from);
    to = Math.max(to, spans[end]!.to);
    end++;
  }
  const only = end - first === 1 ? spans[first] : undefined;
  if (only !== undefined && only.from === from && only.to === to) return spans;
  return [...spans.slice(0, first), { from, to }, ...spans.slice(end)];
}
