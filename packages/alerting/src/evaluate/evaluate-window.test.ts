import { describe, expect, test } from 'vitest';
import type { Instance, Reading, Rule } from '../types.ts';
import { closedRecords, evaluateWindow, type WindowDecision, type WindowInput } from './evaluate-window.ts';
import { aReading, aRule, dayMs, endMs, hourMs, noData } from './test-rules.ts';

const rule: Rule = aRule({
  ...{ uid: 'cac-by-channel', name: 'Acquisition cost', kpi: 'cac_by_channel', size: '7d', groupBy: 'channel' },
  limits: [{ severity: 'critical', comparison: 'at_or_above', limit: '120', recovery: '105' }],
});

function ofChannel(channel: string, value: string | null, over: Parameters<typeof aReading>[0] = {}): Reading {
  return aReading({
    ...{ kpi: 'cac_by_channel', unit: 'currency', slice: { dimension: 'channel', value: channel }, value },
    ...{ numerator: 132_000n, denominator: 11n, measures: { marketing_cost: 120_000n, sales_cost: 12_000n, new_customers: 11n } },
    ...over,
  });
}

/** Judges windows one after the other, an hour apart, each with what the one before left. */
function run(by: Rule, windows: readonly (readonly Reading[])[], over: Partial<WindowInput> = {}): WindowDecision[] {
  let before: Pick<WindowInput, 'instances' | 'evaluatedToMs' | 'health'> = {
    instances: [],
    evaluatedToMs: null,
    health: { state: 'HEALTHY' },
  };
  return windows.map((readings, index) => {
    const windowEndMs = endMs + index * hourMs;
    const atEnd = readings.map((reading) => at(reading, windowEndMs));
    const decision = evaluateWindow({ rule: by, ...before, windowEndMs, readings: atEnd, baselines: null, backfilled: false, ...over });
    before = { instances: decision.instances, evaluatedToMs: windowEndMs, health: decision.health };
    return decision;
  });
}
const at = (reading: Reading, to: number): Reading => ({
  ...{ ...reading, completeThroughMs: reading.completeThroughMs === null ? null : to },
  window: { ...reading.window, from: to - 7 * dayMs, to },
});
const judgeOne = (by: Rule, readings: readonly Reading[], over: Partial<WindowInput> = {}) => run(by, [readings], over)[0]!;
const told = (decisions: readonly WindowDecision[]) =>
  decisions.map(({ records }) => records.map(({ slice, transition }) => `${slice?.value ?? '-'} ${transition.kind}`).join(', '));
const states = ({ instances }: WindowDecision) =>
  instances.map(({ labels, condition }) => `${labels['channel'] ?? '-'} ${condition.state}`);

describe('evaluateWindow', () => {
  test('an excepted slice is never judged, and one that fires when it becomes excepted is closed with that reason', () => {
    const readings = [ofChannel('search', '130.00'), ofChannel('unknown', null, { reason: 'no_acquisition', denominator: 0n })];
    const zero: Rule = { ...rule, onZeroDenominator: { numeratorAtLeast: '500', severity: 'critical' } };
    const without: Rule = { ...zero, except: ['unknown'] };
    const [watched] = run(zero, [readings]);
    expect(told([watched!])).toEqual(['search firing, unknown firing']);
    const [excepted] = run(without, [readings], { instances: watched!.instances, windowEndMs: endMs + hourMs, evaluatedToMs: endMs });
    expect(excepted!.records.map(({ slice, transition }) => [slice?.value, transition.kind, transition.reason])).toEqual([
      ['unknown', 'resolved', 'rule_removed'],
    ]);
    expect(told(run(without, [readings]))).toEqual(['search firing']);
  });

  test('each slice has a state of its own, and only those that are not OK are kept', () => {
    const decision = judgeOne(rule, [ofChannel('search', '120.00'), ofChannel('email', '8.50')]);
    expect(states(decision)).toEqual(['search FIRING']);
    expect(told([decision])).toEqual(['search firing']);
    expect(decision.verdicts.map(({ labels, verdict }) => [labels, verdict.kind])).toEqual([
      [{ channel: 'email' }, 'clear'],
      [{ channel: 'search' }, 'breach'],
    ]);
  });

  test('a record says what was measured, compared and allowed', () => {
    const overrides = [{ match: { channel: 'search' }, limits: [{ ...rule.limits[0]!, limit: '100', recovery: '90' }] }];
    const [record] = judgeOne({ ...rule, overrides }, [ofChannel('search', '101.00')], { backfilled: true }).records;
    expect(record).toMatchObject({
      ...{ slice: { dimension: 'channel', value: 'search' }, judged: '101.00', baseline: null, explanation: null, backfilled: true },
      limit: { severity: 'critical', limit: '100', recovery: '90' },
      evidence: { value: '101.00', numerator: '132000', denominator: '11', measures: { new_customers: '11' }, currency: 'EUR' },
      transition: { kind: 'firing', severity: 'critical', windowEndMs: endMs, episodeSinceMs: endMs },
    });
    expect(JSON.parse(JSON.stringify(record))).toEqual(record);
  });

  test('the order of readings leaves no trace', () => {
    const readings = ['b', 'd', 'a', 'c'].map((channel) => ofChannel(channel, '130.00'));
    const decision = judgeOne(rule, readings);
    expect(judgeOne(rule, readings.toReversed())).toEqual(decision);
    expect(told([decision])).toEqual(['a firing, b firing, c firing, d firing']);
    // Known ones do not go first either.
    expect(told(run(rule, [[ofChannel('c', '1.00'), ofChannel('d', '130.00')], readings]))[1]).toBe('a firing, b firing, c firing');
  });

  test('the same decision twice has the same ids, so that whoever stores it first wins and nothing is told twice', () => {
    const idOf = (over: Partial<Rule>) => judgeOne({ ...rule, ...over }, [ofChannel('search', '120.00')]).records[0]!.transition.id;
    expect(idOf({})).toBe(idOf({ name: 'another name', limits: [{ ...rule.limits[0]!, severity: 'warning' }] }));
    expect(new Set([idOf({}), idOf({ tenant: 'other' }), idOf({ uid: 'other' })]).size).toBe(3);
  });

  test('instances of an earlier group_by are resolved with that reason', () => {
    const { instances } = judgeOne(rule, [ofChannel('search', '120.00')]);
    for (const groupBy of [null, 'country']) {
      const regrouped = judgeOne({ ...rule, groupBy }, [], { instances, evaluatedToMs: endMs, windowEndMs: endMs + hourMs });
      expect(regrouped.instances).toEqual([]);
      expect(regrouped.records.map(({ transition, evidence }) => [transition.kind, transition.reason, evidence])).toEqual([
        ['resolved', 'rule_removed', null],
      ]);
    }
  });

  test('past max_instances the known slices stay watched and the rest is counted', () => {
    const small = { ...rule, maxInstances: 3 };
    const [, second] = run(small, [
      [ofChannel('zzz', '120.00')],
      ['zzz', 'd', 'c', 'b', 'a'].map((channel) => ofChannel(channel, '130.00')),
    ]);
    expect(states(second!)).toEqual(['a FIRING', 'b FIRING', 'zzz FIRING']);
    expect(second!.overflowCount).toBe(2);
    // A bound that was lowered drops nobody who fires.
    const later = judgeOne({ ...rule, maxInstances: 1 }, [], {
      instances: second!.instances,
      evaluatedToMs: endMs + hourMs,
      windowEndMs: endMs + 2 * hourMs,
    });
    expect(states(later)).toHaveLength(3);
  });

  test('a signal of the pipeline has slices of its own, with and without group_by', () => {
    const signal = (value: string) =>
      aReading({ kpi: 'stuck_partition', unit: 'seconds', slice: { dimension: 'partition', value: '3' }, value, measures: {} });
    const stuck = aRule({ kind: 'pipeline', kpi: 'stuck_partition' });
    for (const groupBy of [null, 'partition']) {
      const decisions = run({ ...stuck, groupBy }, [[signal('9')], [signal('9')], [signal('0')]]);
      expect(told(decisions)).toEqual(['3 firing', '', '3 resolved']);
    }
  });
});

describe('evaluateWindow, what is not there', () => {
  const email = ofChannel('email', '8.00');
  const search = ofChannel('search', '130.00');
  const nobody = aReading({ kpi: 'cac_by_channel', value: null, measures: {}, completeThroughMs: null });

  test('hold: a firing slice that has no answer any more is held, and its windows are counted', () => {
    const decisions = run(rule, [[search], [email], [email], [search], [email]]);
    expect(told(decisions)).toEqual(['search firing', '', '', '', '']);
    expect(decisions.map(({ instances }) => instances[0]?.missingCount)).toEqual([0, 1, 2, 0, 1]);
  });

  test('ok: it is over', () => {
    const decisions = run({ ...rule, noData: noData('ok') }, [[search], [email]]);
    expect(told(decisions)).toEqual(['search firing', 'search resolved']);
    expect(decisions[1]!.records[0]).toMatchObject({ evidence: null, judged: null });
  });

  test('breach: after so many windows, of a slice that was in order before; its return ends it', () => {
    const watching: Rule = { ...rule, noData: noData('breach warning after 2') };
    const decisions = run(watching, [[email], [], [], [], [email]]);
    expect(told(decisions)).toEqual(['', '', 'email firing', '', 'email resolved']);
    expect(decisions[2]!.records[0]).toMatchObject({ evidence: null, judged: null, transition: { severity: 'warning' } });
  });

  test('zero: a slice that vanished is judged as 0', () => {
    const falling: Rule = {
      ...rule,
      noData: noData('zero'),
      limits: [{ severity: 'warning', comparison: 'at_or_below', limit: '5', recovery: '6' }],
    };
    const decisions = run(falling, [[email], [], [email]]);
    expect(told(decisions)).toEqual(['', 'email firing', 'email resolved']);
    expect(decisions[1]!.records[0]).toMatchObject({ evidence: null, judged: '0' });
  });

  test('notify: the health of the rule says so, and no condition changes', () => {
    const watching: Rule = { ...rule, noData: noData('notify after 2') };
    const decisions = run(watching, [[email, search], [], [], [], [email, search]]);
    expect(told(decisions)).toEqual(['search firing', '', '', '', '']);
    expect(decisions.map(({ health }) => health.state)).toEqual(['HEALTHY', 'HEALTHY', 'NO_DATA', 'NO_DATA', 'HEALTHY']);
    expect(decisions[3]!.health).toEqual({
      state: 'NO_DATA',
      sinceMs: endMs + 2 * hourMs,
      reason: 'no data of channel=email and 1 more for 3 windows',
    });
  });

  test.each(['breach critical after 1', 'zero', 'notify after 1'] as const)(
    '%s: what was never seen does not alert on absence',
    (policy) => {
      for (const groupBy of ['channel', null]) {
        const decisions = run({ ...rule, groupBy, noData: noData(policy) }, [[], [], []]);
        expect(told(decisions)).toEqual(['', '', '']);
        expect(decisions.map(({ health }) => health.state)).toEqual(['HEALTHY', 'HEALTHY', 'HEALTHY']);
      }
    },
  );

  test('a rule without slices notices that its only number is gone', () => {
    const whole: Rule = aRule({ noData: noData('breach critical after 2') });
    expect(told(run(whole, [[aReading({ value: '1.00' })], [], []]))).toEqual(['', '', '- firing']);
  });

  test.each([
    ['too_many_values', 'inconclusive too_many_values'],
    ['not_live', 'inconclusive not_live'],
    ['rebuilding', 'inconclusive rebuilding'],
    ['unavailable', 'inconclusive late_data'],
  ] as const)('a question that was not answered (%s) is no absence: everybody is held and nobody is missing', (reason, expected) => {
    const watching: Rule = { ...rule, noData: noData('breach critical after 1') };
    const decisions = run(watching, [[email], [{ ...nobody, reason }], [email]]);
    expect(told(decisions)).toEqual(['', '', '']);
    expect(decisions[1]!.verdicts.map(({ verdict }) => Object.values(verdict).join(' '))).toEqual([expected]);
    expect(decisions[1]!.instances.map(({ missingCount }) => missingCount)).toEqual([0]);
  });

  test('numbers that are not complete yet are no absence either', () => {
    const watching: Rule = { ...rule, noData: noData('breach critical after 1') };
    const decisions = run(watching, [[email, search], [{ ...search, completeThroughMs: null }]]);
    expect(told(decisions)).toEqual(['search firing', '']);
  });
});

describe('evaluateWindow, a change', () => {
  const changing: Rule = {
    ...rule,
    change: { against: 'previous', as: 'percent', minBase: null },
    limits: [{ ...rule.limits[0]!, limit: '50', recovery: '20' }],
  };
  const before = [ofChannel('search', '80.00'), ofChannel('email', '8.00')];

  test('each slice is compared with itself; the record has both windows', () => {
    const decision = judgeOne(changing, [ofChannel('search', '120.00'), ofChannel('email', '9.00'), ofChannel('new', '99.00')], {
      baselines: before,
    });
    expect(told([decision])).toEqual(['search firing']);
    expect(decision.records[0]).toMatchObject({ judged: '50.00', evidence: { value: '120.00' }, baseline: { value: '80.00' } });
    expect(decision.verdicts.map(({ labels, verdict }) => [labels['channel'], Object.values(verdict).join(' ')])).toEqual([
      ['email', 'clear'],
      ['new', 'inconclusive small_base'],
      ['search', 'breach critical'],
    ]);
  });

  test('an earlier window that nothing answers any more says so for every slice', () => {
    const gone = aReading({ value: null, reason: 'not_live', completeThroughMs: null, measures: {} });
    const { verdicts, health } = judgeOne(changing, [ofChannel('search', '120.00')], { baselines: [gone] });
    expect(verdicts.map(({ verdict }) => verdict)).toEqual([{ kind: 'inconclusive', reason: 'not_live' }]);
    expect(health).toMatchObject({ state: 'ERROR', reason: 'no answer: not_live' });
  });
});

describe('evaluateWindow, health of the rule', () => {
  const gone = aReading({ value: null, reason: 'not_live', measures: {} });
  const error = aReading({ value: null, reason: 'unavailable', measures: {} });
  const whole = aRule();

  test('windows that nothing can answer make ERROR, then BROKEN; conditions stay; one that is judged mends it', () => {
    const decisions = run(whole, [[aReading({ value: '9.00' })], [gone], [error], [aReading({ value: '9.00' })]]);
    expect(told(decisions)).toEqual(['- firing', '', '', '']);
    expect(decisions.map(({ health }) => health.state)).toEqual(['HEALTHY', 'ERROR', 'BROKEN', 'HEALTHY']);
    expect(decisions[2]!.health).toEqual({ state: 'BROKEN', sinceMs: endMs + hourMs, reason: 'no answer: 1 of 1 answers are unavailable' });
  });

  test('what nothing answers any more after an interruption is no fault of the rule', () => {
    expect(judgeOne(whole, [gone], { backfilled: true }).health).toEqual({ state: 'HEALTHY' });
    const broken = { state: 'BROKEN', sinceMs: 0, reason: 'x' } as const;
    expect(judgeOne(whole, [gone], { backfilled: true, health: broken }).health).toEqual(broken);
  });

  test('a number that says too little is no failure', () => {
    for (const reason of ['zero_denominator', 'no_acquisition', 'rebuilding'] as const) {
      expect(judgeOne(whole, [aReading({ value: null, reason })]).health).toEqual({ state: 'HEALTHY' });
    }
  });
});

describe('closedRecords', () => {
  test('a firing is resolved because its rule was removed, with the limit it had and no measurement', () => {
    const firing: Instance = judgeOne(rule, [ofChannel('search', '120.00')]).instances[0]!;
    expect(closedRecords(rule, firing)).toMatchObject([
      {
        ...{ slice: { dimension: 'channel', value: 'search' }, evidence: null, judged: null, baseline: null, explanation: null },
        ...{ limit: { limit: '120' }, transition: { kind: 'resolved', reason: 'rule_removed' }, backfilled: false },
      },
    ]);
    expect(closedRecords(rule, { ...firing, condition: { state: 'OK' } })).toEqual([]);
  });
});

test('5,000 slices are judged well under a second, firing or not', () => {
  const many: Rule = { ...rule, maxInstances: 5_000, noData: noData('breach critical after 2') };
  const readings = Array.from({ length: 5_000 }, (_, index) => ofChannel(`channel-${index}`, index % 2 === 0 ? '130.00' : '90.00'));
  const startMs = performance.now();
  const decisions = run(many, [readings, readings]);
  const tookMs = (performance.now() - startMs) / 2;
  expect(decisions.map(({ instances, records }) => [instances.length, records.length])).toEqual([
    [5_000, 2_500],
    [5_000, 0],
  ]);
  expect(tookMs).toBeLessThan(1_000);
});
