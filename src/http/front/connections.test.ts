import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Connections } from './connections.ts';

const IDLE_MS = 100;
const GET = 'GET / HTTP/1.1\r\nhost: hub\r\n\r\n';

let server: Server;
let port: number;
let connections: Connections;
/** Requests to /slow wait here for their response. */
let waiting: ServerResponse[];
const clients: Client[] = [];

beforeEach(async () => {
  waiting = [];
  server = createServer((request, response) => {
    connections.begin(response);
    response.on('close', () => connections.end(response));
    if (request.url === '/slow') waiting.push(response);
    else response.end('done');
  });
  connections = new Connections(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  server.close();
});

interface Client {
  readonly socket: Socket;
  readonly answer: () => string;
  /** Everything received once the connection has ended; rejects when it was reset. */
  readonly ended: Promise<string>;
}

function open(): Client {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (bytes) => {
    answer += String(bytes);
  });
  const ended = once(socket, 'close').then(() => answer);
  const reset = new Promise<never>((_, reject) => socket.on('error', reject));
  const client = { socket, answer: () => answer, ended: Promise.race([ended, reset]) };
  client.ended.catch(() => {});
  clients.push(client);
  return client;
}

/** A connection that has been used once and is kept alive. */
async function keepAlive(): Promise<Client> {
  const client = open();
  client.socket.write(GET);
  await vi.waitFor(() => expect(client.answer()).toMatch(/done$/));
  return client;
}

const close = (idleMs = IDLE_MS) => connections.close({ idleMs, graceMs: 5_000 });

describe('a server that stops', () => {
  it('answers unread requests on kept-alive connections, and says it was the last', async () => {
    const all = await Promise.all(Array.from({ length: 40 }, () => keepAlive()));
    // Written and stopped in one turn: the bytes have arrived, and are unread.
    for (const { socket } of all) socket.write(GET);
    const closed = close(0);
    for (const { ended } of all) {
      expect((await ended).split('HTTP/1.1 200 OK')).toHaveLength(3);
      expect(await ended).toMatch(/connection: close[\s\S]*done$/i);
    }
    await closed;
  });

  it('answers connections waiting to be accepted', async () => {
    const all = Array.from({ length: 40 }, () => open());
    for (const { socket } of all) socket.write(GET);
    // Their handshake completes before the end of this turn of the event loop.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    const closed = close();
    for (const { ended } of all) expect(await ended).toMatch(/done$/);
    await closed;
    await expect(open().ended).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('answers a request that arrives on a kept-alive connection a moment later', async () => {
    const client = await keepAlive();
    const closed = close(60_000);
    await vi.waitFor(() => expect(server.listening).toBe(false));
    client.socket.write(GET);
    expect(await client.ended).toMatch(/connection: close[\s\S]*done$/i);
    await closed;
  });

  it('marks responses in progress as the last of their connections', async () => {
    const client = open();
    client.socket.write(GET.replace('/', '/slow'));
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    const closed = close();
    await vi.waitFor(() => expect(server.listening).toBe(false));
    waiting[0]?.end('late');
    expect(await client.ended).toMatch(/connection: close[\s\S]*late$/i);
    await closed;
  });

  it('waits for the rest of a request that has begun to arrive', async () => {
    const client = await keepAlive();
    const before = client.answer().length;
    client.socket.write(GET.slice(0, 10));
    const closed = close(1);
    await vi.waitFor(() => expect(server.listening).toBe(false));
    client.socket.write(GET.slice(10));
    expect((await client.ended).slice(before)).toMatch(/^HTTP\/1\.1 200[\s\S]*done$/);
    await closed;
  });

  it('closes idle connections without a reset, and then is closed', async () => {
    const silent = [await keepAlive(), open()];
    await Promise.all([close(1), ...silent.map(({ ended }) => ended)]);
    expect(server.listening).toBe(false);
  });

  it('cuts requests still running after the grace period', async () => {
    const client = open();
    client.socket.write(GET.replace('/', '/slow'));
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    await connections.close({ idleMs: 0, graceMs: 0 });
    await client.ended.catch(() => {});
    expect(client.answer()).toBe('');
  });
});
