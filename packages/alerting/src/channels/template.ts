/** Names that a rule's summary may use. */
export const templateNames = [
  'rule',
  'kpi',
  'tenant',
  'slice',
  'severity',
  'value',
  'threshold',
  'window',
  'from',
  'to',
  'sample',
  'complete_through',
] as const;
export type TemplateName = (typeof templateNames)[number];

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** Every name between double braces, known or not. */
export function namesIn(template: string): string[] {
  return [...template.matchAll(placeholder)].map((match) => match[1]!);
}

/** Fills in a summary; null when it names something unknown, so that the caller falls back to the built-in text and never drops an alert. */
export function fillTemplate(template: string, values: Readonly<Record<TemplateName, string>>): string | null {
  const known = new Map<string, string>(Object.entries(values));
  if (namesIn(template).some((name) => !known.has(name))) return null;
  return template.replace(placeholder, (_match, name: string) => known.get(name)!);
}
