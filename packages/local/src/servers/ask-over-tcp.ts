import { connect } from 'node:net';

interface Question {
  port: number;
  request: Buffer;
  isWhole: (bytes: Buffer) => boolean;
  deadlineMs: number;
}

/** One request and its answer over a raw connection to 127.0.0.1: enough to see that a server serves, without its client library. */
export function askOverTcp({ port, request, isWhole, deadlineMs }: Question): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(request));
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(deadlineMs, () => fail(new Error(`no answer on port ${port} within ${deadlineMs} ms`)));
    socket.on('error', fail);
    socket.on('close', () => reject(new Error(`port ${port} closed the connection without a whole answer`)));
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (!isWhole(bytes)) return;
      socket.destroy();
      resolve(bytes);
    });
  });
}
