import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { connectingTo } from './hosts/connect.ts';
import { openPool, poolConfig, withConnection } from './pool.ts';
import { message, READY, WELCOME } from './test-server.ts';

const sockets: Socket[] = [];
const servers: Server[] = [];
const unheard: unknown[] = [];
const note = (error: unknown): void => void unheard.push(error);
beforeEach(() => {
  process.on('uncaughtException', note);
});
afterEach(() => {
  process.off('uncaughtException', note);
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
  unheard.length = 0;
});

/** Starts a server and returns its URL. */
async function serve(answer: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    answer(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `postgresql://somebody@127.0.0.1:${(server.address() as AddressInfo).port}/any`;
}

test('a connection whose last message comes with an answer fails only for its current user', async () => {
  const url = await serve((socket) => {
    const startup = () => socket.write(Buffer.concat([WELCOME, READY]));
    // One packet: the first statement is answered, and the server shuts down.
    const firstStatement = () => socket.end(Buffer.concat([DONE, READY, GOING_DOWN]));
    socket.once('data', () => {
      startup();
      socket.once('data', firstStatement);
    });
  });
  const pool = openPool({ connectionString: url, max: 1 }, () => {});

  const first = pool.query('select');
  // Waits for the only connection, and gets it between the answer and the last message.
  const second = withConnection(pool, (client) => client.query('select'));

  await expect(first).resolves.toBeDefined();
  await expect(second).rejects.toThrow();
  await pool.end();
  expect(unheard).toEqual([]);
});

test('one to a server from a host list may break with its welcome', async () => {
  const url = await serve((socket) => {
    socket.once('data', (startup) => {
      // The host finder connects first, and finds out that the server is a primary.
      if (startup.includes('which server')) {
        socket.once('data', () => socket.write(Buffer.concat([IS_PRIMARY, DONE, READY])));
        socket.write(Buffer.concat([WELCOME, READY]));
      } else socket.end(Buffer.concat([WELCOME, READY, GOING_DOWN]));
    });
  });
  const config = connectingTo(`${url}?target_session_attrs=primary`);
  const pool = openPool({ ...config, max: 1 }, () => {});
  for (let times = 0; times < 2; times += 1) {
    await expect(pool.query('select')).rejects.toThrow();
    await expect.poll(() => pool.totalCount).toBe(0);
  }
  await pool.end();
  expect(unheard).toEqual([]);
});

test('a connection in constant use is replaced after half an hour, so its server process cannot grow for ever', async () => {
  const url = await serve((socket) => {
    socket.once('data', () => socket.write(Buffer.concat([WELCOME, READY])));
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const pool = openPool(poolConfig(url, 'waybill_pipeline'), () => {});
  const client = await pool.connect();
  vi.advanceTimersByTime(29 * 60_000);
  client.release();
  expect(pool.totalCount).toBe(1);
  const again = await pool.connect();
  expect(again).toBe(client);
  vi.advanceTimersByTime(60_000);
  again.release();
  expect(pool.totalCount).toBe(0);
  vi.useRealTimers();
  await pool.end();
});

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** Describes a text column, as the answer to a query does. */
function column(name: string): Buffer {
  return Buffer.concat([
    Buffer.from(`${name}\0`),
    int(0),
    Buffer.alloc(2),
    int(25),
    int(0),
    int(0),
  ]);
}

const DONE = message('C', Buffer.from('SELECT 0\0'));
const IS_PRIMARY = Buffer.concat([
  message('T', Buffer.concat([Buffer.from([0, 2]), column('writes'), column('timeline')])),
  message(
    'D',
    Buffer.concat([Buffer.from([0, 2]), int(1), Buffer.from('t'), int(1), Buffer.from('1')]),
  ),
]);
const GOING_DOWN = message(
  'E',
  Buffer.from('SFATAL\0C57P02\0Mterminating connection due to unexpected postmaster exit\0\0'),
);
