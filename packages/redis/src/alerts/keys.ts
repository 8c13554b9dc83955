/** One hash tag for all of alerting: state, records and outbox move in one script, on one node of a Redis Cluster. */
export function alertKeys(prefix: string) {
  const root = `{${prefix}:alerts}:`;
  return {
    rule: (ruleKey: string) => `${root}rule:${ruleKey}`,
    instances: (ruleKey: string) => `${root}instances:${ruleKey}`,
    rules: `${root}rules`,
    transitions: `${root}transitions`,
    rows: `${root}outbox:rows`,
    due: `${root}outbox:due`,
    attempts: `${root}outbox:attempts`,
    dead: `${root}outbox:dead`,
    queues: `${root}outbox:queue:`,
  };
}
export type AlertKeys = ReturnType<typeof alertKeys>;

/** Tenants and uids have no colon, so this cannot be read in two ways. */
export function ruleKeyOf({ tenant, uid }: { readonly tenant: string; readonly uid: string }): string {
  return `${tenant}:${uid}`;
}
