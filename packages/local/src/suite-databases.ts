const poolSize = 200;

/**
 * Names of databases for test suites, each suite its own; the analyst of the local servers may read `<name>_kpi` of every one.
 *
 * A pool, because ClickHouse reads the grants when it starts and a grant's pattern cannot end in `_kpi`.
 */
export const suiteDatabases: string[] = Array.from({ length: poolSize }, (_, index) => `vigie_t${String(index + 1).padStart(3, '0')}`);
