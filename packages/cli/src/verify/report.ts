/** One number that is not the same in all three places; a null value is written as `null (reason)`. */
export interface VerifyDifference {
  readonly kpi: string;
  readonly tenant: string;
  readonly window: string;
  /** `segment=enterprise`, or `total`. */
  readonly slice: string;
  /** Which number of the answer: `value`, or a measure. */
  readonly what: string;
  readonly live: string;
  readonly sql: string;
  readonly recomputed: string;
}

/** What `vigie verify` found. */
export interface VerifyReport {
  readonly differences: readonly VerifyDifference[];
  /** How many numbers were compared, and over what. */
  readonly comparedCount: number;
  readonly kpiCount: number;
  readonly windowCount: number;
  readonly tenantCount: number;
  readonly eventCount: number;
  readonly tookMs: number;
  /** What could not be compared and why: then nothing was proved, and the exit code is not 0 either. */
  readonly unproved: readonly string[];
}

export interface VerifyOptions {
  /** Undefined: every tenant that has events. */
  readonly tenants?: readonly string[];
  /** Windows as people write them; undefined: a set of rolling and calendar ones. */
  readonly windows?: readonly string[];
  /** How long to wait for ClickHouse to catch up with Redis. */
  readonly deadlineMs: number;
  readonly report: (line: string) => void;
  readonly onProgress: (done: number, total: number | null) => void;
}
