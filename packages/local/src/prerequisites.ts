import { spawnSync } from 'node:child_process';
import { ServersError } from './types.ts';

export const oldestJava = 17;
export const javaFix = 'install a Java runtime (Debian: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk@17)';

export function javaVersion(env: NodeJS.ProcessEnv): number | undefined {
  const answer = spawnSync('java', ['-version'], { env, encoding: 'utf8' });
  const version = /version "(\d+)(?:\.(\d+))?/.exec(`${answer.stderr ?? ''}${answer.stdout ?? ''}`);
  // Before Java 9 versions began with "1.".
  return version === null ? undefined : Number(version[1] === '1' ? version[2] : version[1]);
}

export function expectJava(env: NodeJS.ProcessEnv): void {
  const found = javaVersion(env);
  if (found !== undefined && found >= oldestJava) return;
  throw new ServersError(
    `expected Java ${oldestJava} or newer on the PATH for Kafka, found ${found === undefined ? 'none' : `Java ${found}`}; ${javaFix}`,
  );
}

export const oldestNode = 24;

/** The children of the local provider are TypeScript files run by the same Node as this process. */
export function expectNode(): void {
  if (Number(process.versions.node.split('.')[0]) >= oldestNode) return;
  throw new ServersError(
    `expected Node ${oldestNode} or newer, found ${process.version} (${process.execPath}); start through npm, which brings its own: npm run vigie -- ..., npm test`,
  );
}

export function expectPosix(): void {
  if (process.platform !== 'win32') return;
  throw new ServersError(
    'expected Linux or macOS for local servers, found Windows; use WSL 2, a Docker engine, or addresses in the environment',
  );
}
