import { configDefaults, defineConfig } from 'vitest/config';

const integrationTests = '**/*.int.test.ts';
const exclude = [...configDefaults.exclude, '**/.vigie/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...exclude, integrationTests],
          testTimeout: 20_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'int',
          include: [integrationTests],
          exclude,
          globalSetup: ['packages/testkit/src/servers.globalSetup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Kafka, Redis and ClickHouse need the cores themselves: two suites at once only wait for each other.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
