import type { AlertLabels, Matcher } from './types.ts';

/** What a person may write as a matcher; for messages. */
export const matcherForm =
  'a matcher such as severity=critical, channel!="email" or channel=~"paid_.*" (a regular expression of the whole value, at most 256 characters, no group with * or | repeated)';

const matcherLengthMax = 400;
const valueLengthMax = 256;
/** Each * or + multiplies the work for a long value by its length, each ? doubles it. */
const openQuantifierCountMax = 3;
const quantifierCountMax = 6;
/** Compiled expressions; past it all are compiled again. */
const compiledCountMax = 1_000;
const compiled = new Map<string, RegExp | null>();

/**
 * Reads one matcher as people write it: label, =, !=, =~ or !~, and a value that may be quoted.
 *
 * Holds    parseMatcher(matcherText(m)) = m; null when the text is none, or when its expression is wrong or could take very long
 */
export function parseMatcher(text: string): Matcher | null {
  if (text.length > matcherLengthMax) return null;
  const parts = /^\s*([A-Za-z0-9_][A-Za-z0-9_.-]{0,99})\s*(=~|!~|!=|=)\s*(.*?)\s*$/su.exec(text);
  if (parts === null) return null;
  const value = unquoted(parts[3]!);
  if (value === null || value.length > valueLengthMax) return null;
  const matcher: Matcher = { label: parts[1]!, op: parts[2]! as Matcher['op'], value };
  const isExpression = matcher.op === '=~' || matcher.op === '!~';
  return isExpression && expressionOf(value) === null ? null : matcher;
}

/** True when all hold; a list of none holds always. */
export function matches(matchers: readonly Matcher[], labels: AlertLabels): boolean {
  return matchers.every((matcher) => holds(matcher, labels[matcher.label] ?? ''));
}

export function matcherText({ label, op, value }: Matcher): string {
  return `${label}${op}"${value.replaceAll(/["\\]/gu, '\\$&')}"`;
}

function holds({ op, value }: Matcher, found: string): boolean {
  if (op === '=') return found === value;
  if (op === '!=') return found !== value;
  // An expression that did not come through parseMatcher and cannot be trusted matches nothing, and so it does not fail to match either.
  const expression = expressionOf(value);
  return expression !== null && expression.test(found) === (op === '=~');
}

function unquoted(text: string): string | null {
  if (!text.startsWith('"')) return text.includes('"') ? null : text;
  const quoted = /^"((?:[^"\\]|\\.)*)"$/su.exec(text);
  if (quoted === null) return null;
  // Only quotes and backslashes need one before them; any other keeps it, so that "\d" is what it says.
  return quoted[1]!.replaceAll(/\\(["\\])/gu, '$1');
}

function expressionOf(source: string): RegExp | null {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  if (compiled.size >= compiledCountMax) compiled.clear();
  const expression = compile(source);
  compiled.set(source, expression);
  return expression;
}

function compile(source: string): RegExp | null {
  if (source.length > valueLengthMax || isCostly(source)) return null;
  try {
    // Compiled alone first: `a)(b` is only well-formed within the anchors' group.
    void new RegExp(source, 'su');
    return new RegExp(`^(?:${source})$`, 'su');
  } catch {
    return null;
  }
}

/** Without classes and escapes, what is left shows the groups and what repeats; a repeated group that repeats or chooses inside can take for ever. */
function isCostly(source: string): boolean {
  if (/\(\?(?!:)|\\[1-9k]/u.test(source)) return true;
  const plain = source.replaceAll(/\\./gsu, 'x').replaceAll(/\[[^\]]*\]/gu, 'x');
  const open = plain.match(/[*+]|\{\d+,\d*\}/gu)?.length ?? 0;
  const optional = plain.match(/(?<![*+?}(])\?/gu)?.length ?? 0;
  if (open > openQuantifierCountMax || open + optional > quantifierCountMax) return true;
  return hasRepeatedChoice(plain.replaceAll('(?:', '('));
}

function hasRepeatedChoice(plain: string): boolean {
  /** Per open group: does it repeat or choose inside? */
  const groups: boolean[] = [];
  for (let index = 0; index < plain.length; index += 1) {
    const char = plain.charAt(index);
    if (char === '(') groups.push(false);
    else if (char === ')') {
      const isChoosing = groups.pop() ?? false;
      const isRepeated = /^(?:[*+]|\{)/u.test(plain.slice(index + 1));
      if (isChoosing && isRepeated) return true;
      if (isChoosing || isRepeated) markOpen(groups);
    } else if (/[*+?{|]/u.test(char)) markOpen(groups);
  }
  return false;
}

function markOpen(groups: boolean[]): void {
  if (groups.length > 0) groups[groups.length - 1] = true;
}
