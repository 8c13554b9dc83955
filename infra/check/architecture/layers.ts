/** Who may import whom (docs/architecture.md): left of `<` never imports from its right. A folder that is not listed is a problem of its own. */

const core = ['packages/events', 'packages/kpis', 'packages/alerting'];
const runtime = [...core, 'packages/runtime'];
const adapters = [...runtime, 'packages/kafka', 'packages/redis', 'packages/clickhouse'];
const tools = [...adapters, 'packages/producer', 'packages/local'];

/** Each package with what its sources may import. */
const mayImport: Record<string, string[]> = {
  'packages/events': [],
  'packages/kpis': ['packages/events'],
  'packages/alerting': ['packages/events', 'packages/kpis'],
  'packages/runtime': core,
  'packages/kafka': runtime,
  'packages/redis': runtime,
  'packages/clickhouse': runtime,
  'packages/producer': adapters,
  'packages/local': adapters,
  'packages/testkit': tools,
  'packages/cli': tools,
};

/** Services and examples are alike: they may use all packages, and never each other. */
const openFolders: Record<string, string[]> = { services: tools, examples: [...tools, 'packages/cli'], infra: [] };

/** What tests may use besides: real servers and the fixtures around them. */
export const onlyForTests = ['packages/testkit', 'packages/local'];

/** The package that a path belongs to: `packages/kpis`, `services/monitor`; infra is one. */
export function packageOf(path: string): string {
  const [folder, name] = path.split('/');
  return folder === 'infra' || name === undefined || !path.includes('/', folder!.length + 1) ? folder! : `${folder}/${name}`;
}

/** undefined when nobody said what this package may import. */
export function allowedImports(owner: string): string[] | undefined {
  return mayImport[owner] ?? openFolders[owner.split('/')[0]!];
}

export function isCore(owner: string): boolean {
  return core.includes(owner);
}

/** Where the one place is that knows a client library; the key is the library. */
export const clientHomes: Record<string, string> = {
  kafkajs: 'packages/kafka',
  ioredis: 'packages/redis',
  '@clickhouse/client': 'packages/clickhouse',
  chdb: 'packages/local',
  'ffi-rs': 'packages/local',
  testcontainers: 'packages/local',
  'prom-client': 'packages/runtime',
  pino: 'packages/runtime',
};

/** All that the pure core may import from outside; node:crypto for hashes, node:buffer for bytes. */
export const coreModules = ['zod', 'yaml', 'node:crypto', 'node:buffer'];
