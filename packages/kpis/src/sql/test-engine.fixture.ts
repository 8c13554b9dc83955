/** A real ClickHouse engine inside the test process, with an empty table of facts (tests only). */
import { Session } from 'chdb';
import { type Dimension, dimensions, type Fact, unknownValue } from '../types.ts';
import { sqlInstant } from './literals.ts';

export interface TestEngine {
  run(sql: string): void;
  rows(sql: string, parameters: Readonly<Record<string, string>>): Record<string, string | null>[];
  insert(tenant: string, facts: readonly Fact[]): void;
  close(): void;
}

const table = `CREATE TABLE facts.facts (
  tenant LowCardinality(String), fact LowCardinality(String), currency LowCardinality(String),
  at DateTime64(3, 'UTC'), since DateTime64(3, 'UTC'), value Int64,
  ${dimensions.map((dimension) => `${dimension} LowCardinality(String)`).join(', ')}, entity String
) ENGINE = MergeTree ORDER BY (tenant, fact, at)`;

export function startTestEngine(): TestEngine {
  const session = new Session();
  session.query('CREATE DATABASE facts');
  session.query(table);
  // Exact beyond 2^53: Int64 columns come as text.
  session.query('SET output_format_json_quote_64bit_integers = 1');
  return {
    run: (sql) => void session.query(sql),
    rows: (sql, parameters) => parseRows(session.queryBind(sql, parameters, 'JSONEachRow')),
    insert: (tenant, facts) => {
      if (facts.length > 0)
        session.query(`INSERT INTO facts.facts FORMAT JSONEachRow ${facts.map((fact) => JSON.stringify(rowOf(tenant, fact))).join('\n')}`);
    },
    close: () => session.cleanup(),
  };
}

export function dimensionOf(fact: Fact, dimension: Dimension): string {
  return fact.dims[dimension] ?? unknownValue;
}

function rowOf(tenant: string, fact: Fact): Record<string, unknown> {
  const dims = Object.fromEntries(dimensions.map((dimension) => [dimension, dimensionOf(fact, dimension)]));
  const { currency, value, entity } = fact;
  return { tenant, fact: fact.fact, currency, at: sqlInstant(fact.at), since: sqlInstant(fact.since), value: `${value}`, ...dims, entity };
}

function parseRows(text: string): Record<string, string | null>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Record<string, string | null> => JSON.parse(line));
}
