/** One hash tag for all of alerting: state, records and outbox move in one script, on one node of a Redis Cluster. */
export function alertRoot(prefix: string): string {
  return `{${prefix}:alerts}:`;
}

/** Tenants and uids have no colon, so this cannot be read in two ways. */
export function ruleKeyOf({ tenant, uid }: { readonly tenant: string; readonly uid: string }): string {
  return `${tenant}:${uid}`;
}

export function ruleOf(ruleKey: string): { tenant: string; uid: string } {
  const [tenant = '', uid = ''] = ruleKey.split(':');
  return { tenant, uid };
}
