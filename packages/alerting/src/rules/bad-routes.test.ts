import { expect, test } from 'vitest';
import { fileOf, problemsOf } from './bad-file.fixture.ts';

// Defaults, routes, mute timings and inhibition. What is added begins in line 7.
const cases: readonly (readonly [name: string, rest: string, problems: readonly string[]])[] = [
  [
    'a zone that is none',
    'defaults: { timezone: Europe/Pari }',
    ['7:23 defaults.timezone: expected an IANA time zone such as Europe/Paris, found "Europe/Pari". Did you mean Europe/Paris?'],
  ],
  [
    'a default severity that a rule has not',
    'defaults: { no_data: { then: breach, severity: critical } }',
    [
      '7:48 defaults.no_data.severity: expected a severity that every rule has, found critical, which churn has not. Leave it out: then the gravest of each rule fires.',
    ],
  ],
  [
    'no pause between repeats',
    'defaults: { repeat_interval: 0s }',
    ['7:30 defaults.repeat_interval: expected a duration of at least 1s, such as 30s, 5m, 1h or 7d, found "0s"'],
  ],
  ['an unknown section', 'route: { default: { channels: [log] } }', ['7:1 route: unknown key "route". Did you mean routes?']],
  [
    'a channel that is none',
    'routes: { default: { channels: [lgo] } }',
    ['7:33 routes.default.channels[0]: expected a channel that is declared under channels, found "lgo". Did you mean log?'],
  ],
  [
    'a route without channels',
    'routes: { default: { channels: [] } }',
    ['7:32 routes.default.channels: expected at least one entry, found []'],
  ],
  [
    'a default route without channels',
    'routes: { default: { group_wait: 30s } }',
    ['7:20 routes.default.channels: expected a list, found nothing'],
  ],
  [
    'an unknown key of a route',
    'routes: { default: { channels: [log], group_wiat: 30s } }',
    ['7:39 routes.default.group_wiat: unknown key "group_wiat". Did you mean group_wait?'],
  ],
  [
    'an unknown key of a route within routes',
    'routes:\n  default: { channels: [log] }\n  children:\n    - match: { severity: critical }\n      children: [{ mach: { kind: kpi } }]',
    ['11:20 routes.children[0].children[0].mach: unknown key "mach". Did you mean match?'],
  ],
  [
    'a mute timing that is none',
    'routes: { default: { channels: [log], mute: [nights] } }',
    ['7:46 routes.default.mute[0]: expected one of mute_timings, found "nights". There is none here.'],
  ],
  [
    'a mute timing with a typing error',
    'routes: { default: { channels: [log], mute: [night] } }\nmute_timings: { nights: { intervals: [{ weekdays: [sunday] }] } }',
    ['7:46 routes.default.mute[0]: expected one of mute_timings, found "night". Did you mean nights?'],
  ],
  [
    'groups by a label that nobody has',
    'routes: { default: { channels: [log], group_by: [rules] } }',
    ['7:50 routes.default.group_by[0]: expected a label that alerts have, found "rules". Did you mean rule?'],
  ],
  [
    'a match on a label that nobody has',
    'routes: { default: { channels: [log] }, children: [{ match: { team: growth } }] }',
    [
      '7:69 routes.children[0].match.team: expected a label that alerts have, found "team". Known: rule, name, tenant, kpi, kind, severity, channel, campaign, segment, country, plan, product, partition, event_type, source.',
    ],
  ],
  [
    'a severity that nobody has',
    'routes: { default: { channels: [log] }, children: [{ match: { severity: critcal } }] }',
    ['7:73 routes.children[0].match.severity: expected a severity, found "critcal". Did you mean critical?'],
  ],
  [
    'a rule that is none',
    'routes: { default: { channels: [log] }, children: [{ match: { rule: chrun } }] }',
    ['7:69 routes.children[0].match.rule: expected a uid of a rule, found "chrun". Did you mean churn?'],
  ],
  [
    'a matcher that is none',
    "routes: { default: { channels: [log] }, children: [{ matchers: ['severity is critical'] }] }",
    [
      '7:65 routes.children[0].matchers[0]: expected a matcher such as severity=critical, channel!="email" or channel=~"paid_.*" (a regular expression of the whole value, at most 256 characters, no group with * or | repeated), found "severity is critical"',
    ],
  ],
  [
    'a regular expression that is none',
    `routes: { default: { channels: [log] }, children: [{ matchers: ['channel=~"paid_("'] }] }`,
    [
      '7:65 routes.children[0].matchers[0]: expected a matcher such as severity=critical, channel!="email" or channel=~"paid_.*" (a regular expression of the whole value, at most 256 characters, no group with * or | repeated), found "channel=~\\"paid_(\\""',
    ],
  ],
  [
    'a route behind one that takes all',
    'routes: { default: { channels: [log] }, children: [{ group_by: [kpi] }, { match: { severity: critical } }] }',
    [
      '7:73 routes.children[1]: expected a route that alerts can reach, found children[0] before it, which takes all of them. Give that one continue: true, or put this one first.',
    ],
  ],
  [
    'a route behind a wider one',
    'routes: { default: { channels: [log] }, children: [{ match: { kind: kpi } }, { match: { kind: kpi, severity: critical } }] }',
    [
      '7:78 routes.children[1]: expected a route that alerts can reach, found children[0] before it, which takes all of them. Give that one continue: true, or put this one first.',
    ],
  ],
  [
    'a route that contradicts the one above it',
    'routes: { default: { channels: [log] }, children: [{ match: { severity: info }, children: [{ match: { severity: critical } }] }] }',
    ['7:92 routes.children[0].children[0]: expected a route that alerts can reach, found severity=critical and severity=info together'],
  ],
  [
    'a flap damper that never is',
    'routes: { default: { channels: [log], flap: { firings: 0, within: 1h, calm: 30m } } }',
    ['7:56 routes.default.flap.firings: expected at least 1, found 0'],
  ],
  [
    'a night in one stretch',
    "mute_timings: { nights: { intervals: [{ times: ['22:00-07:00'] }] } }",
    [
      '7:49 mute_timings.nights.intervals[0].times[0]: expected an end after its start, found "22:00-07:00". A night is two stretches: "22:00-24:00" and "00:00-07:00".',
    ],
  ],
  [
    'a time that no clock shows',
    "mute_timings: { nights: { intervals: [{ times: ['22:00-25:00'] }] } }",
    ['7:49 mute_timings.nights.intervals[0].times[0]: expected times such as 09:00-17:30 or 22:00-24:00, found "22:00-25:00"'],
  ],
  [
    'a weekday that is none',
    'mute_timings: { nights: { intervals: [{ weekdays: [mondy] }] } }',
    [
      '7:52 mute_timings.nights.intervals[0].weekdays[0]: expected one of monday, tuesday, wednesday, thursday, friday, saturday, sunday, found "mondy". Did you mean monday?',
    ],
  ],
  [
    'a day 0',
    'mute_timings: { nights: { intervals: [{ days_of_month: [0] }] } }',
    ['7:57 mute_timings.nights.intervals[0].days_of_month[0]: expected 1 to 31, or -1 (the last day) to -31, found 0'],
  ],
  [
    'a day that the month has not',
    'mute_timings: { nights: { intervals: [{ days_of_month: [31], months: [4, 6] }] } }',
    ['7:56 mute_timings.nights.intervals[0].days_of_month: expected a day that these months have, found 31: it would never mute'],
  ],
  [
    'a mute without an end',
    'mute_timings: { nights: { intervals: [{}] } }',
    [
      '7:39 mute_timings.nights.intervals[0]: expected at least one of times, weekdays, days_of_month, months (without any it would mute for ever), found {}',
    ],
  ],
  [
    'a zone of a mute that is none',
    'mute_timings: { nights: { timezone: CEST, intervals: [{ months: [8] }] } }',
    ['7:37 mute_timings.nights.timezone: expected an IANA time zone such as Europe/Paris, found "CEST"'],
  ],
  [
    'an inhibition by nothing',
    'inhibit: [{ source: {}, target: { kind: kpi } }]',
    ['7:21 inhibit[0].source: expected at least one label, such as { severity: critical }, found {}'],
  ],
  [
    'an inhibition by a kind that is none',
    'inhibit: [{ source: { kind: pipelin }, target: { kind: kpi } }]',
    ['7:29 inhibit[0].source.kind: expected a kind, found "pipelin". Did you mean pipeline?'],
  ],
  [
    'an inhibition equal in nothing known',
    'inhibit: [{ source: { kind: pipeline }, target: { kind: kpi }, equal: [tenent] }]',
    ['7:72 inhibit[0].equal[0]: expected a label that alerts have, found "tenent". Did you mean tenant?'],
  ],
];

test.each(cases)('a file is refused for %s', (_name, rest, problems) => {
  const said = problemsOf(fileOf({}, rest));
  expect(said).toEqual(problems);
});
