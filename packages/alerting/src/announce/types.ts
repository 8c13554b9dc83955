/** The nouns of announcing: who is told what, when, and what holds it back. What they mean is in docs/alerting.md. */
import type { AlertRecord } from '../evaluate/alert-record.ts';
import type { Severity } from '../types.ts';

/** What silences, routes and inhibitions match on: a rule's own labels, and rule, name, tenant, kpi, kind, severity and the slice's dimension. */
export type AlertLabels = Readonly<Record<string, string>>;

/** A label that is absent counts as empty text. Regular expressions match the whole value. */
export interface Matcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** A node of the routing tree, with everything inherited filled in. */
export interface Route {
  /** What it matches, below what the routes above it match: default, default/severity="critical"; no route beside it changes that. */
  readonly id: string;
  readonly matchers: readonly Matcher[];
  readonly channels: readonly string[];
  /** Labels whose values make a group; `rule` by default. */
  readonly groupBy: readonly string[];
  readonly groupWaitMs: number;
  readonly groupIntervalMs: number;
  readonly repeatIntervalMs: number;
  /** Names of mute timings. */
  readonly mute: readonly string[];
  readonly flap: FlapPolicy | null;
  /** Also look at the routes behind it. */
  readonly continues: boolean;
  readonly children: readonly Route[];
}

/** An instance that fires more than `firingCountMax` times within `withinMs` is told as flapping, and then held until it has been calm for `calmMs`. */
export interface FlapPolicy {
  readonly firingCountMax: number;
  readonly withinMs: number;
  readonly calmMs: number;
}

/** Times of the week in a zone in which a route holds its announcements. */
export interface MuteTiming {
  readonly name: string;
  /** IANA zone. */
  readonly zone: string;
  readonly intervals: readonly MuteInterval[];
}
/** All that is given must hold; an empty list holds always. */
export interface MuteInterval {
  /** Minutes of the local day as clocks show them, [from, to); to may be 1440. */
  readonly times: readonly { readonly fromMinute: number; readonly toMinute: number }[];
  /** 1 = Monday ... 7 = Sunday. */
  readonly weekdays: readonly number[];
  /** 1..31; negative counts from the month's end (-1 = its last day). */
  readonly daysOfMonth: readonly number[];
  /** 1..12. */
  readonly months: readonly number[];
}

/** While an alert that matches `source` fires, alerts that match `target` are held, if they agree in all labels of `equal`. An alert never inhibits itself. */
export interface Inhibition {
  readonly source: readonly Matcher[];
  readonly target: readonly Matcher[];
  readonly equal: readonly string[];
}

export interface Silence {
  readonly id: string;
  readonly matchers: readonly Matcher[];
  readonly startsMs: number;
  /** Required: nothing is silent for ever. Ending a silence early moves this. */
  readonly endsMs: number;
  readonly author: string;
  readonly comment: string;
  readonly createdMs: number;
}

/** Somebody has seen it: repeats stop until the severity rises or the episode ends. */
export interface Acknowledgement {
  readonly episode: string;
  readonly instance: string;
  /** As it was when it was acknowledged. */
  readonly severity: Severity;
  readonly author: string;
  readonly comment: string;
  readonly atMs: number;
}

/** A group of alerts on its way to one channel: the unit that has timers, state and order. */
export interface Lane {
  /** Hash of the three below. */
  readonly id: string;
  readonly channel: string;
  /** Id of the route. */
  readonly route: string;
  readonly group: AlertLabels;
}

/** A transition that a lane has to deal with. */
export interface Arrival {
  readonly lane: Lane;
  readonly record: AlertRecord;
  /** When the transition was stored, epoch ms. */
  readonly storedMs: number;
}

/** What one lane knows of one instance. */
export interface LaneAlert {
  readonly instance: string;
  readonly episode: string;
  /** The latest transition that arrived: the state that receivers should end up knowing. */
  readonly current: AlertRecord;
  /** What the channel was told last of this episode; null: nothing yet. */
  readonly announced: { readonly status: 'firing' | 'resolved'; readonly severity: Severity; readonly atMs: number } | null;
  /** Transitions that arrived since, oldest first. */
  readonly pending: readonly PendingTransition[];
  /** When its severity rose last, epoch ms: an acknowledgement from before then is void. Absent: it never rose. */
  readonly escalatedMs?: number;
}
export interface PendingTransition {
  readonly id: string;
  readonly kind: AlertRecord['transition']['kind'];
  readonly severity: Severity;
  readonly windowEndMs: number;
  readonly storedMs: number;
  /** In a lane's state: held when it was stored and at every look since, so that it may end as history only. Not in messages. */
  readonly held?: boolean;
}

/** What Redis keeps of a lane between two looks at it. */
export interface LaneState {
  readonly lane: Lane;
  readonly alerts: readonly LaneAlert[];
  /** When the last message went into the outbox, epoch ms; null before the first. */
  readonly lastMessageMs: number | null;
  /** Counts messages, so that a repeat has an id of its own. */
  readonly messageCount: number;
  /** When instances began to fire lately, for the flap damper: instance -> times stored, epoch ms, oldest first. */
  readonly firings: Readonly<Record<string, readonly number[]>>;
  /** Instances that are damped, and when their firing count was exceeded. */
  readonly damped: Readonly<Record<string, number>>;
  /** Episodes of which transitions were taken up while others before them still wait, and the sequence number reached. Absent: none. */
  readonly ahead?: Readonly<Record<string, number>>;
}

/** All that decides what a lane tells at one look, besides what it knows. */
export interface LaneContext {
  /** Processing time of the look, epoch ms. */
  readonly nowMs: number;
  /** The lane's own route, by its id; null: no longer in the rules. */
  readonly route: Route | null;
  /**
   * The route that leads an alert to the lane's channel now, with its severity or another of its rule: the lane's own where that still does.
   * null: none does; then only its end is told, if it was announced.
   */
  readonly routeTo: (record: AlertRecord) => Route | null;
  /** Channels of type alertmanager: what was announced and fires is sent again this often, held or not; else null. */
  readonly resendMs: number | null;
  readonly silences: readonly Silence[];
  /** By episode. */
  readonly acknowledgements: ReadonlyMap<string, Acknowledgement>;
  readonly muteTimings: readonly MuteTiming[];
  readonly inhibitions: readonly Inhibition[];
  /** All that fires, of any lane; those that began earlier first. */
  readonly firing: readonly FiringAlert[];
}
/** An alert that fires, as inhibition sees it. */
export interface FiringAlert {
  readonly instance: string;
  readonly labels: AlertLabels;
}

/** What one look at a lane decided; to be stored in one write. */
export interface LanePlan {
  /** null: nothing left to remember. */
  readonly state: LaneState | null;
  /** How many of the arrivals are done with, from the front; the others wait until alerts of the lane end. */
  readonly consumedCount: number;
  /** None or one; the word that instances flap comes as a second one. */
  readonly messages: readonly Message[];
  /** When to look again if nothing arrives before, epoch ms; null: only when something arrives or an overlay changes. */
  readonly dueMs: number | null;
  /** What the bounds of the lane left out: transitions that stay untold, instances whose firings are no longer counted. */
  readonly dropped: number;
}

/** Why an alert is not told now; `waiting`: for room in the lane. */
export type HoldReason = 'silenced' | 'muted' | 'inhibited' | 'flapping' | 'waiting';

export type MessageKind = 'firing' | 'resolved' | 'changed' | 'repeat' | 'flapping';

/** One message for one channel: what a renderer makes bytes of. Alerts are sorted: firing before resolved, grave before mild, then by slice. */
export interface Message {
  /** hash(transitions, kind, channel); a repeat adds its number. The webhook-id, the idempotency key, the Message-ID. */
  readonly id: string;
  readonly kind: MessageKind;
  readonly lane: Lane;
  readonly alerts: readonly MessageAlert[];
  /** Alerts of the group that fire and are not told now, by reason. */
  readonly held: Readonly<Partial<Record<HoldReason, number>>>;
  /** When it was put together, epoch ms. */
  readonly atMs: number;
}
export interface MessageAlert {
  readonly status: 'firing' | 'resolved';
  readonly record: AlertRecord;
  /** What this message tells for the first time, oldest first; empty in a repeat. */
  readonly transitions: readonly PendingTransition[];
  readonly acknowledgedBy: string | null;
}

/** One message rendered for its channel: what the outbox keeps and every attempt sends unchanged. */
export interface Notification {
  readonly id: string;
  readonly channel: string;
  readonly kind: MessageKind;
  /** Notifications of one queue are sent in order: the lane's id, or channel and episode where a channel takes alerts one by one. */
  readonly queue: string;
  readonly transitions: readonly string[];
  readonly episodes: readonly string[];
  /** As the channel's sender takes it; JSON for most. */
  readonly body: string;
  /** For people: the log, lists, dead letters. At most 20 lines of alerts. */
  readonly text: string;
}
