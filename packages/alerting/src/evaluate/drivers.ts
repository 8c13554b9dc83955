/** Which slices moved a number. */

/** The change of a KPI between two windows, split over the slices of one dimension. */
export interface DriverTable {
  readonly dimension: string;
  /** Published values of the whole, in the KPI's unit. */
  readonly before: string;
  readonly after: string;
  /** after - before, decimal in the KPI's unit (percentage points for percent). */
  readonly change: string;
  /** From the greatest contribution in the direction of the change to the least; as shown they add up to `change` to the last digit. */
  readonly rows: readonly DriverRow[];
}

export interface DriverRow {
  readonly slice: string;
  readonly contribution: string;
  /** Published values of the slice; null where it has none. */
  readonly before: string | null;
  readonly after: string | null;
}
