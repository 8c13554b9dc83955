import type { Service } from './service.ts';

/** How often the monitor has taken a changed rules file, and refused one, since it started. */
interface Reloads {
  readonly swapped: number;
  readonly refused: number;
}

const everyMs = 3_000;
const answerDeadlineMs = 2_000;

/** Reads the counts out of the monitor's metrics; what is not there has not happened. */
export function reloadsOf(metrics: string): Reloads {
  const countOf = (outcome: string): number =>
    Number(new RegExp(String.raw`^vigie_monitor_rules_reloads_total\{outcome="${outcome}"\} (\d+)$`, 'm').exec(metrics)?.[1] ?? 0);
  return { swapped: countOf('swapped'), refused: countOf('refused') };
}

/** What to say of a change between two readings; null when there is none. A monitor that was started again counts from 0. */
export function reloadText(before: Reloads, after: Reloads, logFile: string): string | null {
  const isNew = after.swapped < before.swapped || after.refused < before.refused;
  const from = isNew ? { swapped: 0, refused: 0 } : before;
  const told = [
    ...(after.refused > from.refused ? [`the changed rules were refused, the ones before go on; its log says why: ${logFile}`] : []),
    ...(after.swapped > from.swapped ? ['the monitor has taken the changed rules'] : []),
  ];
  return told.length === 0 ? null : told.join('; ');
}

/**
 * Looks at the monitor every few seconds and tells when it took or refused changed rules.
 *
 * Holds    a monitor that does not answer is asked again, and nothing is said of that; call what is returned to end it
 */
export function tellReloads({ url, logFile }: Pick<Service, 'url' | 'logFile'>, report: (line: string) => void): () => void {
  let before: Reloads = { swapped: 0, refused: 0 };
  const look = async (): Promise<void> => {
    const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(answerDeadlineMs) });
    if (!answer.ok) return;
    const after = reloadsOf(await answer.text());
    const text = reloadText(before, after, logFile);
    before = after;
    if (text !== null) report(text);
  };
  const timer = setInterval(() => void look().catch(() => undefined), everyMs);
  return () => clearInterval(timer);
}
