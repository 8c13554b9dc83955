/** An instant as ClickHouse reads a DateTime64(3, 'UTC'): `2026-03-04 09:15:00.000`. */
export const clickhouseTime = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
