/** Line breaks of all kinds, and tabs. */
const breaks = /[\t\r\n\v\f\u0085\u2028\u2029]+/gu;
/** Controls; marks that turn the reading direction of what follows; byte order marks. */
// oxlint-disable-next-line no-control-regex -- these are what is taken out
const invisible = /[\u0000-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu;

/**
 * Makes one harmless line of a text that came with the data.
 *
 * Holds    no line break, no control, nothing that turns the reading direction, no half of a surrogate pair
 */
export function plainText(text: string): string {
  return text.toWellFormed().replaceAll(breaks, ' ').replaceAll(invisible, '').trim();
}

/** Cuts a text to so many UTF-16 units with an ellipsis at its end, and never through a character of two. */
export function cutText(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  return `${text.slice(0, Math.max(0, lengthMax - 1)).replace(/[\uD800-\uDBFF]$/u, '')}…`;
}

/**
 * Escapes a text character by character and cuts it to so many UTF-16 units as escaped.
 *
 * Holds    never cuts through an escape
 */
export function cutEscaped(text: string, lengthMax: number, escape: (character: string) => string): string {
  const whole = Array.from(text, escape);
  if (whole.reduce((length, part) => length + part.length, 0) <= lengthMax) return whole.join('');
  let kept = '';
  for (const part of whole) {
    if (kept.length + part.length > lengthMax - 1) break;
    kept += part;
  }
  return `${kept}…`;
}
