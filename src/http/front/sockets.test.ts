import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { manualClock, systemRandom } from '../../platform/clock.ts';
import { createLog } from '../../platform/observability/log.ts';
import { createMetrics } from '../../platform/observability/metrics.ts';
import { createHubServer, type HubServer } from './server.ts';

let server: HubServer;
let port: number;
const sockets: Socket[] = [];

beforeEach(async () => {
  server = createHubServer({
    routes: [],
    log: createLog({ level: 'silent' }),
    metrics: createMetrics({ processMetrics: false }),
    clock: manualClock(0),
    randomBytes: systemRandom,
    trustedProxies: [],
    socketsMax: 10,
  });
  port = Number((await server.listen('127.0.0.1', 0)).port);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close(0);
});

async function open(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

test('a server with few connections left says so, and accepts no more than its limit', async () => {
  for (let n = 0; n < 9; n += 1) await open();
  expect(server.isCrowded()).toBe(false);
  const last = await open();
  await vi.waitFor(() => expect(server.isCrowded()).toBe(true));
  await once(await open(), 'close');
  last.destroy();
  await vi.waitFor(() => expect(server.isCrowded()).toBe(false));
});
