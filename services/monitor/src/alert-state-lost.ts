/** Redis was emptied or set back: what was known of alerts must be restored before anything is judged, or it would be told twice. */
export class AlertStateLost extends Error {
  override readonly name = 'AlertStateLost';
  constructor(found: string) {
    super(`expected the alert state that was stored before, found that ${found}; it is restored from ClickHouse`);
  }
}
