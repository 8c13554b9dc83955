import { type ExitCode, exitCodes } from '../console/cli-error.ts';
import type { Output } from '../console/output.ts';
import { type Alert, needsAttention } from './alerts-of.ts';
import { alertJson, boardJson } from './alert-json.ts';
import { type Desk, readAlerts, zoneOf } from './desk.ts';
import { shortIds } from './ids.ts';
import { renderList } from './render-list.ts';

/** Alerts that one call prints; the rest is counted. */
const shownMax = 100;

/**
 * Shows what fires now.
 *
 * Holds    with `exitCode`: 1 when an alert fires that is neither acknowledged nor silenced, or a rule is broken
 */
export async function listAlerts(
  desk: Desk,
  output: Output,
  options: { all: boolean; exitCode: boolean; nowMs: number },
): Promise<ExitCode> {
  const { board, alerts } = await readAlerts(desk, options.nowMs);
  const chosen = alerts.filter(({ state }) => options.all || state === 'FIRING');
  const shown = chosen.slice(0, shownMax);
  const zone = zoneOf(
    desk,
    shown.map(({ rule }) => rule.tenant),
  );
  const shortOf = shortIds(idsOf(alerts));
  if (desk.rulesProblem !== null)
    output.talk(`note: shown without mute timings and inhibitions, because the rules cannot be read: ${desk.rulesProblem}`);
  output.text(renderList({ board, alerts: shown, zone, settings: desk.context.settings, shortOf }, output.colors));
  if (chosen.length > shown.length) output.talk(`and ${chosen.length - shown.length} more; --json has them all`);
  const others = alerts.length - chosen.length;
  if (others > 0) output.talk(`${others} more pending or recovering: --all`);
  output.value({ alerts: chosen.map((alert) => alertJson(alert, desk.context.settings)), ...boardJson(board) });
  const isBroken = board.rules.some(({ state }) => state.health.state === 'BROKEN');
  return options.exitCode && (isBroken || alerts.some(needsAttention)) ? exitCodes.wrong : exitCodes.ok;
}

/** Every id that a person may name. */
export function idsOf(alerts: readonly Alert[]): readonly string[] {
  return alerts.flatMap(({ instance, episode }) => (episode === null ? [instance.id] : [instance.id, episode]));
}
