import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { explainListenError, findPortHolder, listenersAt, otherPort } from './port-holder.ts';

const HAS_PROC = process.platform === 'linux';
const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0
   1: 0100007F:1F90 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0
   2: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0
`;

let server: Server | null = null;
afterEach(() => server?.close());

async function listen(): Promise<number> {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

test('only sockets that listen count, and only those at the port', () => {
  expect(listenersAt(TABLE, 8080)).toEqual(['4711']);
  expect(listenersAt(TABLE, 9)).toEqual([]);
  expect(listenersAt('', 8080)).toEqual([]);
});

test.skipIf(!HAS_PROC)(
  'the process that listens at a port is found, with its command',
  async () => {
    const port = await listen();
    expect(findPortHolder(port)).toMatch(new RegExp(`^process ${process.pid} \\(.*node`));
    server?.close();
    await once(server as Server, 'close');
    expect(findPortHolder(port)).toBeNull();
  },
);

test.skipIf(!HAS_PROC)(
  'the error for an occupied port names its holder and another port',
  async () => {
    const port = await listen();
    const error = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
    expect(String(explainListenError(error, '127.0.0.1', port))).toMatch(
      new RegExp(`:${port} is in use by process ${process.pid} .*PORT=${port + 1} npm start`),
    );
  },
);

test('any other error stays as it is', () => {
  const error = Object.assign(new Error('listen EACCES'), { code: 'EACCES' });
  expect(explainListenError(error, '127.0.0.1', 80)).toBe(error);
});

test('the highest port has a neighbour below', () => {
  expect(otherPort(65_535)).toBe(65_534);
});
