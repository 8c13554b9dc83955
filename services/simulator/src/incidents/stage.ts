import { badReasons } from '../delivery/bad-records.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { Company } from '../company/company.ts';
import type { Subscriber } from '../company/subscriber.ts';
import { type Incident, momentMs } from './incident.ts';

export interface Stage {
  readonly company: Company;
  readonly delivery: Delivery;
  /** What `+2m` and `-10d` are counted from. */
  readonly zeroMs: number;
}

/** An incident as it was put on the agenda. */
export interface Staged {
  readonly kind: Incident['kind'];
  readonly startMs: number;
  readonly endMs: number;
}

type Of<K extends Incident['kind']> = (Incident & { readonly kind: K })['options'];

interface Act {
  readonly stage: Stage;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Puts an incident on the company's agenda.
 *
 * Holds    nothing happens before its start; what it turned is turned back at its end
 */
export function stageIncident(stage: Stage, incident: Incident): Staged {
  const { world } = stage.company;
  const startMs = Math.max(momentMs(incident.options.at, stage.zeroMs), world.nowMs());
  const endMs = startMs + incident.options.for;
  const act = { stage, startMs, endMs };
  world.at(startMs, () => begin(incident, act));
  return { kind: incident.kind, startMs, endMs };
}

function begin(incident: Incident, act: Act): void {
  switch (incident.kind) {
    case 'churn-wave':
      return churnWave(incident.options, act);
    case 'cac-jump':
      return cacJump(incident.options, act);
    case 'spend-without-customers':
      return spendInVain(incident.options, act);
    case 'silent-producer':
      return silence(incident.options, act);
    case 'duplicates':
      return duplicates(incident.options, act);
    case 'late-events':
      return lateEvents(incident.options, act);
    case 'bad-events':
      return badEvents(incident.options, act);
    case 'clock-skew':
      return clockSkew(incident.options, act);
  }
}

/** A part of an incident is spread over this share of its time, so that it is all over at its end. */
const spreadShare = 0.9;

function spreadOver({ startMs, endMs }: Act, place: { index: number; of: number }): number {
  return startMs + Math.floor(((endMs - startMs) * spreadShare * place.index) / Math.max(1, place.of));
}

/**
 * The price of a plan rises, and a share of its customers ends within minutes, each after a short grace. When it is over, the rise is taken back, and those
 * won back withdraw; the withdrawals were said within the grace and arrive only now, so who had left never did, and a rolling rate recovers
 * without waiting for the window to pass.
 */
function churnWave(options: Of<'churn-wave'>, act: Act): void {
  const { company } = act.stage;
  const { world, subscriptions } = company;
  const random = world.chanceOf(`churn-wave/${act.startMs}`);
  const touched = [...subscriptions.open].filter((who) => who.plan.name === options.plan && isFreeToLeave(who));
  const leavers: { who: Subscriber; saidMs: number; effectiveMs: number }[] = [];
  const leaveCount = Math.round(touched.length * options.share);
  for (let index = touched.length - 1; index > 0; index--) {
    const other = random.whole(0, index);
    [touched[index], touched[other]] = [touched[other]!, touched[index]!];
  }
  for (const [index, who] of touched.slice(0, leaveCount).entries()) {
    world.at(spreadOver(act, { index, of: leaveCount }), () => {
      if (!isFreeToLeave(who)) return;
      const saidMs = world.nowMs();
      const effectiveMs = saidMs + options.grace;
      leavers.push({ who, saidMs: saidMs + Math.floor(options.grace / 2), effectiveMs });
      subscriptions.end(who, { effectiveMs, reason: 'price rise', voluntary: true });
    });
  }
  const stayers = touched.slice(leaveCount);
  if (options.price_rise > 0) reprice(act, { stayers, factor: 1 + options.price_rise });
  world.at(act.endMs + options.grace + winBackMs, () => {
    const count = Math.round(leavers.length * options.win_back);
    for (const { who, saidMs, effectiveMs } of leavers.slice(0, count)) subscriptions.takeBackEnd(who, { saidMs, effectiveMs });
  });
}

/** So long the wave stands at its height: with the default length the end of some minute always finds more than half of it. */
const winBackMs = 20_000;

function isFreeToLeave(who: Subscriber): boolean {
  return who.status === 'open' && who.plannedMs === null && !who.addOnOpen;
}

function reprice(act: Act, { stayers, factor }: { stayers: readonly Subscriber[]; factor: number }): void {
  const { subscriptions, world } = act.stage.company;
  for (const [index, who] of stayers.entries()) {
    world.at(spreadOver(act, { index, of: stayers.length }), () => {
      if (who.status === 'open' && who.plannedMs === null) subscriptions.reprice(who, Math.round(who.mrrMinor * factor));
    });
  }
}

const costPartCount = 12;

function cacJump({ channel, amount, credit }: Of<'cac-jump'>, act: Act): void {
  spendOver(act, { channel, amount });
  const amountMinor = -Math.round(amount * 100 * credit);
  if (amountMinor === 0) return;
  act.stage.company.world.at(act.endMs, () =>
    act.stage.company.spending.pay({ category: 'marketing', amountMinor, slices: { channel, campaign: 'bidding' } }),
  );
}

function spendInVain({ channel, amount, wins }: Of<'spend-without-customers'>, act: Act): void {
  const { world, subscriptions } = act.stage.company;
  world.blockedChannels.add(channel);
  spendOver(act, { channel, amount });
  world.at(act.endMs, () => {
    world.blockedChannels.delete(channel);
    for (let number = 0; number < wins; number++)
      subscriptions.start({ customer: `${channel}-won-${act.startMs}-${number}`, channel, campaign: 'bidding' }, 'paid');
  });
}

function spendOver(act: Act, { channel, amount }: { channel: string; amount: number }): void {
  const { world, spending } = act.stage.company;
  const amountMinor = Math.round((amount * 100) / costPartCount);
  const slices = { channel, campaign: 'bidding' };
  for (let part = 0; part < costPartCount; part++)
    world.at(spreadOver(act, { index: part, of: costPartCount }), () => spending.pay({ category: 'marketing', amountMinor, slices }));
}

function silence({ type, backfill }: Of<'silent-producer'>, { stage, endMs }: Act): void {
  stage.delivery.levers.silent.set(type, backfill);
  stage.company.world.at(endMs, () => stage.delivery.endSilence(type, endMs));
}

function duplicates({ share, old }: Of<'duplicates'>, act: Act): void {
  const { levers } = act.stage.delivery;
  const { world } = act.stage.company;
  const before = levers.copyShare;
  levers.copyShare = share;
  for (let index = 0; index < old; index++)
    world.at(spreadOver(act, { index, of: old }), () => act.stage.delivery.sendOldCopy(world.nowMs()));
  world.at(act.endMs, () => void (levers.copyShare = before));
}

function lateEvents({ share, up_to: upToMs }: Of<'late-events'>, act: Act): void {
  const { levers } = act.stage.delivery;
  const before = { lateShare: levers.lateShare, lateMsMax: levers.lateMsMax };
  Object.assign(levers, { lateShare: share, lateMsMax: upToMs });
  act.stage.company.world.at(act.endMs, () => void Object.assign(levers, before));
}

function badEvents({ count }: Of<'bad-events'>, act: Act): void {
  const { world } = act.stage.company;
  for (let index = 0; index < count; index++)
    world.at(spreadOver(act, { index, of: count }), () =>
      act.stage.delivery.sendBad(badReasons[index % badReasons.length]!, world.nowMs()),
    );
}

function clockSkew({ ahead }: Of<'clock-skew'>, act: Act): void {
  const { levers } = act.stage.delivery;
  levers.skewMs = ahead;
  act.stage.company.world.at(act.endMs, () => void (levers.skewMs = 0));
}
