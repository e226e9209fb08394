import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { openPool, withConnection } from './pool.ts';

const sockets: Socket[] = [];
const server = createServer((socket) => void sockets.push(socket));
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

test('a connection whose last word comes with an answer breaks nobody but whoever was lent it', async () => {
  server.on('connection', (socket) => {
    const startup = () => socket.write(Buffer.concat([message('R', int(0)), READY]));
    // One packet: the first statement is answered, and the server goes down.
    const firstStatement = () => socket.end(Buffer.concat([DONE, READY, GOING_DOWN]));
    socket.once('data', () => {
      startup();
      socket.once('data', firstStatement);
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `postgresql://somebody@127.0.0.1:${port}/any`;
  const pool = openPool({ connectionString: url, max: 1 }, () => {});
  const unheard: unknown[] = [];
  const hear = (error: unknown): void => void unheard.push(error);
  process.on('uncaughtException', hear);

  const first = pool.query('select');
  // Waits for the only connection, and gets it between the answer and the last word.
  const second = withConnection(pool, (client) => client.query('select'));

  await expect(first).resolves.toBeDefined();
  await expect(second).rejects.toThrow();
  await pool.end();
  process.off('uncaughtException', hear);
  expect(unheard).toEqual([]);
});

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** A message of the server's, as PostgreSQL's protocol 3.0 frames it. */
function message(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), int(body.length + 4), body]);
}

const READY = message('Z', Buffer.from('I'));
const DONE = message('C', Buffer.from('SELECT 0\0'));
const GOING_DOWN = message(
  'E',
  Buffer.from('SFATAL\0C57P02\0Mterminating connection due to unexpected postmaster exit\0\0'),
);
