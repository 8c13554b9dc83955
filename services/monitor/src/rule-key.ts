/** Names a rule among those of all tenants: a uid is unique within its own. */
export function ruleKeyOf({ tenant, uid }: { readonly tenant: string; readonly uid: string }): string {
  return `${tenant}:${uid}`;
}
