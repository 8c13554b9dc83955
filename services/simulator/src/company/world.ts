import type { CompleteEventInput, EventType, WireData } from '@vigie/events';
import type { Said, Truth } from '../ledger/truth.ts';
import type { Random } from './random.ts';

/** An event as the company publishes it, and what it makes true. */
export interface Happening {
  /** When it is to be sent: its own time, or later for one that was held up. */
  readonly sendMs: number;
  readonly timeMs: number;
  readonly event: CompleteEventInput;
  readonly truth: readonly Truth[];
}

/** What a part of the company says: everything but the time and the tenant. */
export interface Statement<T extends EventType> {
  readonly type: T;
  readonly source: 'crm' | 'web' | 'billing' | 'shop' | 'ads' | 'care' | 'app';
  readonly subject: string;
  readonly id: string;
  readonly data: WireData<T>;
  /** When it happened, if it is told late. */
  readonly timeMs?: number;
}

/** What the parts of the company share. */
export interface World {
  readonly startMs: number;
  readonly size: number;
  readonly currency: 'EUR';
  /** The moment that things happen in now. */
  nowMs(): number;
  /** Does something later, never before now. */
  at(atMs: number, act: () => void): void;
  say<T extends EventType>(statement: Statement<T>, truth?: (said: Said) => readonly Truth[]): void;
  /** A stream of chance of its own. */
  chanceOf(name: string): Random;
  /** Channels that win nobody at the moment, by scripted incident. */
  readonly blockedChannels: Set<string>;
}
