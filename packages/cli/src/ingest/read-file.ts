import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { createGunzip } from 'node:zlib';
import { CliError, exitCodes } from '../console/cli-error.ts';

export interface OpenFile {
  readonly text: AsyncIterable<string>;
  /** Bytes of the file as it lies on the disk; null: a stream without end in sight. */
  readonly sizeBytes: number | null;
  readonly readBytes: () => number;
}

/** Opens a file as text, unpacked where its name ends in .gz; `-` is standard input. */
export function openFile(path: string): OpenFile {
  if (path === '-') return { text: process.stdin.setEncoding('utf8'), sizeBytes: null, readBytes: () => 0 };
  const file = resolve(path);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile()) {
    throw new CliError(
      `expected a file, found ${stat === undefined ? 'nothing' : 'something else'} at ${file}; correct the path`,
      exitCodes.missing,
    );
  }
  const source = createReadStream(file);
  const text = file.endsWith('.gz') ? source.pipe(unpack(source)) : source;
  text.setEncoding('utf8');
  return { text: text as AsyncIterable<string>, sizeBytes: stat.size, readBytes: () => source.bytesRead };
}

/** An error of the file has to reach whoever reads what comes out of the pipe. */
function unpack(source: ReturnType<typeof createReadStream>) {
  const gunzip = createGunzip();
  source.once('error', (error) => gunzip.destroy(error));
  return gunzip;
}
