import { labelsOf, laneOf, type Rule, type RuleSet, routesOf, type Severity } from '@vigie/alerting';
import { isSummable } from '@vigie/clickhouse';
import { kpiById } from '@vigie/kpis';

/** Which channels an alert of one severity goes to, through which routes. */
export interface Destination {
  readonly severity: Severity;
  readonly routes: readonly string[];
  readonly channels: readonly string[];
  /** Slices of a rule may be routed by their value: then others may go elsewhere. */
  readonly mute: readonly string[];
}

export interface RuleDescription {
  readonly rule: Rule;
  readonly destinations: readonly Destination[];
  /** Why the monitor asks ClickHouse for it; null: Redis alone answers. */
  readonly clickhouse: string | null;
}

/** What a rule watches, when it fires and who is told, as people ask it before it runs. */
export function describeRule(rule: Rule, { route }: RuleSet): RuleDescription {
  const destinations = rule.limits.map(({ severity }): Destination => {
    const labels = labelsOf(rule, null, severity);
    const routes = routesOf(route, labels);
    const lanes = routes.flatMap((one) => one.channels.map((channel) => laneOf(one, channel, labels)));
    return {
      severity,
      routes: routes.map(({ id }) => id),
      channels: [...new Set(lanes.map(({ channel }) => channel))],
      mute: [...new Set(routes.flatMap(({ mute }) => mute))],
    };
  });
  return { rule, destinations, clickhouse: clickhouseReason(rule) };
}

function clickhouseReason({ kind, kpi, change }: Rule): string | null {
  if (kind === 'pipeline') return null;
  const def = kpiById(kpi);
  if (def !== undefined && !isSummable(def)) return `${kpi} counts distinct customers, which do not add up over time`;
  if (change?.against === 'same_period_last_year') return 'the window of a year ago may be older than the small panes in Redis';
  return null;
}
