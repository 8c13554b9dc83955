/** What is true about the company, as it decided itself: the ledger is made of this and never of events. */

/** What a subscription brings in from some moment on; null: it is over. A paused one keeps its price and brings in nothing. */
export interface Holding {
  readonly plan: string;
  readonly mrrMinor: number;
  readonly paused: boolean;
}

/** By what a sale, a refund or a lead may be sliced: what it says itself. */
export interface OwnSlices {
  readonly channel?: string;
  readonly campaign?: string;
  readonly country?: string;
  readonly plan?: string;
}

export type CostCategory = 'marketing' | 'sales' | 'cogs' | 'service' | 'retention' | 'payroll' | 'overhead';

/** In which order things became known, where the later one counts. */
export interface Said {
  readonly timeMs: number;
  readonly source: string;
  readonly id: string;
}

export type Truth =
  /** From `atMs` on a subscription is this; only what `opens` can begin one that is not there. */
  | {
      readonly kind: 'holding';
      readonly customer: string;
      readonly subscription: string;
      readonly atMs: number;
      readonly opens: boolean;
      readonly holding: Holding | null;
    }
  /** The end of a subscription that was planned for `atMs` is taken back. */
  | { readonly kind: 'end_taken_back'; readonly customer: string; readonly subscription: string; readonly atMs: number }
  | { readonly kind: 'won_by'; readonly customer: string; readonly channel: string; readonly campaign?: string; readonly said: Said }
  | {
      readonly kind: 'belongs_to';
      readonly customer: string;
      readonly dimension: 'segment' | 'country';
      readonly value: string;
      readonly said: Said;
    }
  /** `customer` is null for an order of nobody known. */
  | {
      readonly kind: 'order';
      readonly customer: string | null;
      readonly said: Said;
      readonly grossMinor: number;
      readonly discountMinor: number;
      readonly slices: OwnSlices;
    }
  | {
      readonly kind: 'invoice';
      readonly atMs: number;
      readonly netMinor: number;
      readonly discountMinor: number;
      readonly slices: OwnSlices;
    }
  | { readonly kind: 'refund'; readonly atMs: number; readonly amountMinor: number; readonly slices: OwnSlices }
  /** A cost at a moment, or spread over the local days from the first date to before the second. */
  | {
      readonly kind: 'cost';
      readonly category: CostCategory;
      readonly amountMinor: number;
      readonly when: { readonly atMs: number } | { readonly firstDay: string; readonly endDay: string };
      readonly slices: OwnSlices;
    }
  | { readonly kind: 'lead'; readonly subject: string; readonly atMs: number; readonly slices: OwnSlices };
