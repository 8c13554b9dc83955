import type { RuleSet } from '../types.ts';
import { routeTo } from './address-record.ts';
import { routeById } from './route.ts';
import type { Lane, LaneContext } from './types.ts';

/** What the rules of now say of a lane; of a channel that is no longer declared, that nothing leads there. */
export function laneRules(
  lane: Lane,
  ruleSet: RuleSet,
): Pick<LaneContext, 'route' | 'routeTo' | 'resendMs' | 'muteTimings' | 'inhibitions'> {
  const { route, channels, muteTimings, inhibitions } = ruleSet;
  const channel = channels.find(({ name }) => name === lane.channel);
  return {
    route: channel === undefined ? null : routeById(route, lane.route),
    routeTo: (record) => (channel === undefined ? null : routeTo(lane, record, ruleSet)),
    resendMs: channel?.type === 'alertmanager' ? channel.resendMs : null,
    ...{ muteTimings, inhibitions },
  };
}
