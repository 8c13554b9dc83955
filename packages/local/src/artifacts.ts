import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { infraDir } from './infra.ts';
import { errorCode, messageOf } from './process/error-code.ts';
import { ServersError } from './types.ts';

interface Artifact {
  name: string;
  /** What a person sees while it downloads. */
  title: string;
  goal: string[];
  /** The beginning of a file name that must be there. */
  holds: string;
}

const pom = join(infraDir, 'local', 'pom.xml');

/** Kafka's jars. */
export const kafkaJars: Artifact = {
  name: 'kafka',
  title: 'Kafka (about 55 MB)',
  goal: ['-Pkafka', 'dependency:copy-dependencies', '-DincludeScope=runtime'],
  holds: 'kafka_',
};

/** A folder with redis-server binaries for several platforms. */
export const redisBinaries: Artifact = {
  name: 'redis',
  title: 'Redis (about 12 MB)',
  goal: ['-Predis', 'dependency:unpack-dependencies', '-Dmdep.unpack.includes=redis-server-*'],
  holds: 'redis-server-',
};

/** The folder of an artifact in the user's cache, filled by Maven at the first call; safe when several processes ask at once. */
export async function fetchArtifact(artifact: Artifact, env: NodeJS.ProcessEnv, report: (line: string) => void): Promise<string> {
  const target = artifactDir(artifact, env);
  if (existsSync(target)) return target;
  mkdirSync(dirname(target), { recursive: true });
  const temporary = mkdtempSync(`${target}-download-`);
  try {
    report(`downloading ${artifact.title} with Maven, once for this user, to ${target} ...`);
    // Maven's own notes of what it has unpacked would otherwise lie in the project and stop it from doing so again for a cache that was emptied.
    const places = [`-DoutputDirectory=${temporary}`, `-DmarkersDirectory=${join(temporary, 'markers')}`];
    await runMaven(['-B', '-f', pom, ...artifact.goal, ...places], { title: artifact.title, report, env });
    expectFiles(artifact, temporary);
    moveIntoPlace(temporary, target);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return target;
}

/** Where an artifact lies once it is downloaded; another pom has another folder, so clones with different versions do not meet. */
export function artifactDir(artifact: Artifact, env: NodeJS.ProcessEnv): string {
  const hash = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 16);
  const cache = join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'vigie');
  return join(cache, `${artifact.name}-${hash}`);
}

/** What Maven took for success may be an empty folder; in place it would be believed for ever. */
function expectFiles(artifact: Artifact, folder: string): void {
  if (readdirSync(folder).some((name) => name.startsWith(artifact.holds))) return;
  throw new ServersError(`expected Maven to bring a file ${artifact.holds}*, found none in ${folder}; look at infra/local/pom.xml`);
}

function moveIntoPlace(temporary: string, target: string): void {
  try {
    renameSync(temporary, target);
  } catch (error) {
    // Another process was faster; its folder came from the same pom and is as good.
    if (!existsSync(target)) throw error;
  }
}

interface MavenRun {
  title: string;
  report: (line: string) => void;
  env: NodeJS.ProcessEnv;
}

const reportEveryMs = 3_000;
const keptLinesMax = 15;

async function runMaven(args: string[], { title, report, env }: MavenRun): Promise<void> {
  const child = spawn('mvn', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const kept: string[] = [];
  let fileCount = 0;
  let reportedAt = performance.now();
  const read = async (stream: NodeJS.ReadableStream): Promise<void> => {
    for await (const line of createInterface({ input: stream })) {
      if (line.includes('Downloaded from')) fileCount++;
      else if (!line.includes('Downloading from') && kept.push(line) > keptLinesMax) kept.shift();
      if (performance.now() - reportedAt < reportEveryMs) continue;
      reportedAt = performance.now();
      report(`downloading ${title}: ${fileCount} files so far`);
    }
  };
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const code = await Promise.all([ended, read(child.stdout), read(child.stderr)])
    .then(([exitCode]) => exitCode)
    .catch((error: unknown) => {
      throw new ServersError(
        `expected mvn to run, found ${errorCode(error) ?? messageOf(error)}; install Maven 3.6 or newer (Debian: apt-get install maven; macOS: brew install maven)`,
      );
    });
  if (code === 0) return;
  throw new ServersError(
    `expected Maven to download ${title}, found exit code ${code}; check the network and Maven's settings (proxy, mirror), then try again. Its last lines:\n  ${kept.join('\n  ')}`,
  );
}
