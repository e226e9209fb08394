import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type Operation, operation } from '../../../http/kit/operation.ts';
import type { RequestContext } from '../../../http/kit/route.ts';
import { Problem } from '../../../kernel/errors.ts';
import { manualClock } from '../../../platform/clock.ts';
import { createLog } from '../../../platform/observability/log.ts';
import type { DeviceState } from '../../couriers/index.ts';
import { createDriverGate, driverRoute } from './driver-route.ts';

let server: Server;
beforeAll(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

const COMMON = {
  method: 'POST',
  path: '/driver/events',
  tag: 'Couriers',
  summary: 'Sends.',
  description: 'Sends.',
  device: true,
  answers: { 200: { description: 'Taken.' } },
} as const;
const ANY = z.object({ id: z.string() });
const FORM = {
  bytesMax: 1_000,
  fields: ANY,
  files: { photo: { most: 1, bytesMax: 100, description: 'Any.' } },
};

it.each<readonly [string, Operation, type: string, first: string, second: string]>([
  ['JSON', operation({ ...COMMON, id: 'a', body: ANY }), 'application/json', '{"id":', '"x"}'],
  [
    'a form',
    operation({ ...COMMON, id: 'b', multipart: FORM }),
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; ',
    'name="id"\r\n\r\nx\r\n--b--\r\n',
  ],
])(
  'a key revoked while the body is arriving gives no access: %s',
  async (_, described, ...sent) => {
    expect(await sentWhile({ kind: 'active' }, described, sent)).toEqual(['done']);
    const ended = { kind: 'ended', why: 'revoked', atMs: 0 } as const;
    expect(await sentWhile(ended, described, sent)).toEqual(['device_revoked']);
  },
);

/**
 * Sends a request in two halves, and changes the device's state to `becomes` in between. Returns
 * `done` if the handler ran, and the code of the error if the request was rejected.
 */
async function sentWhile(
  becomes: DeviceState,
  described: Operation,
  [type, first, second]: readonly [string, string, string],
): Promise<readonly string[]> {
  const tenant = { merchantId: 'm', mode: 'test' } as const;
  const driver = { tenant, courierId: 'c', deviceId: 'd' };
  let send: () => void = () => {};
  const gate = createDriverGate(
    {
      async admit() {
        // The second half is sent only now.
        setImmediate(() => send());
        return { kind: 'driver', driver };
      },
      states: async () => new Map([['d', becomes]]),
    },
    manualClock(0),
  );
  const done: string[] = [];
  const route = driverRoute(gate, described, async () => {
    done.push('done');
    return { status: 200, body: {} };
  });
  const socket = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  const head = `POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wbd_x\r\n`;
  const length = `Content-Length: ${first.length + second.length}\r\n`;
  socket.write(`${head}${length}Content-Type: ${type}\r\n\r\n${first}`);
  const [request, response] = await once(server, 'request');
  send = () => socket.write(second);
  const context: RequestContext = {
    requestId: 'r',
    params: {},
    path: '/',
    versioned: true,
    query: new URLSearchParams(),
    clientIp: '127.0.0.1',
    log: createLog({ level: 'silent' }),
  };
  await route.handler(request, response, context).catch((error: unknown) => {
    if (!(error instanceof Problem)) throw error;
    done.push(error.code);
  });
  socket.destroy();
  return done;
}
