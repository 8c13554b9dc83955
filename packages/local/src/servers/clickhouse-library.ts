import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ServersError } from '../types.ts';

const platformPackages: Record<string, string> = {
  'darwin-arm64': '@chdb/lib-darwin-arm64',
  'darwin-x64': '@chdb/lib-darwin-x64',
  'linux-arm64': '@chdb/lib-linux-arm64-gnu',
  'linux-x64': '@chdb/lib-linux-x64-gnu',
};

/** Where npm put ClickHouse's engine for this platform. */
export function findLibrary(): string {
  const platform = `${process.platform}-${process.arch}`;
  const name = platformPackages[platform];
  if (name === undefined) {
    throw new ServersError(
      `expected one of ${Object.keys(platformPackages).join(', ')}, found ${platform}; use Docker or a ClickHouse of your own`,
    );
  }
  try {
    const fromChdb = createRequire(createRequire(import.meta.url).resolve('chdb/package.json'));
    return join(dirname(fromChdb.resolve(`${name}/package.json`)), 'libchdb.so');
  } catch {
    throw new ServersError(
      `expected the package ${name}, an optional dependency of chdb, found none; run npm ci again, without --omit=optional`,
    );
  }
}
