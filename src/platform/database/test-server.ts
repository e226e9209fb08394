import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A server that speaks as much of PostgreSQL's protocol as connecting takes. */
export interface ServedPostgres {
  readonly url: string;
  close(): void;
}

/** Starts a server that welcomes every connection and answers nothing else. */
export async function servePostgres(): Promise<ServedPostgres> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => socket.write(Buffer.concat([WELCOME, READY])));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `postgresql://somebody@127.0.0.1:${(server.address() as AddressInfo).port}/any`,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Frames a message of the server as PostgreSQL's protocol 3.0 does. */
export function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

export const WELCOME = message('R', Buffer.alloc(4));
export const READY = message('Z', Buffer.from('I'));
