import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';

let hub: TestHub;
let call: Caller;
let ada: TestDriver;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
});
beforeEach(async () => {
  hub.clock.advance(60_000);
  ada = await newDriver(hub, call, 'Ada Example');
  expect((await ada.call('POST', '/driver/shift', { shift: 'on' })).status).toBe(200);
});
const sockets: WebSocket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.terminate();
});
afterAll(() => hub.close());

const at = (secondsAgo: number, eastM = 0) => ({
  ts: new Date(hub.clock.nowMs() - secondsAgo * 1_000).toISOString(),
  lat: 0,
  lng: eastM / 111_195,
});

async function connect(key: string) {
  const url = `${hub.url.replace('http', 'ws')}/v1/driver/stream`;
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${key}` } });
  sockets.push(socket);
  const received: Record<string, unknown>[] = [];
  socket.on('message', (data) => received.push(JSON.parse(String(data))));
  const closed = once(socket, 'close');
  await once(socket, 'open');
  const say = (message: unknown) => socket.send(JSON.stringify(message));
  const answers = (count: number) => vi.waitFor(() => expect(received).toHaveLength(count));
  return { socket, received, say, closed, answers };
}

it('accepts positions as POST does, one message after the other', async () => {
  const { say, received, answers } = await connect(ada.key);
  say([at(20), at(10, 100)]);
  say([at(10, 100), at(5, 150)]);
  say({ sent_at: new Date(hub.clock.nowMs()).toISOString(), positions: [at(1, 180)] });
  await answers(3);
  expect(received).toMatchObject([
    { accepted: 2, duplicates: 0, rejected: 0 },
    { accepted: 1, duplicates: 1, rejected: 0 },
    { accepted: 1, duplicates: 0, rejected: 0 },
  ]);
  const { body } = await call('GET', `/couriers/${ada.id}/position`);
  expect(body['lng']).toBeCloseTo(180 / 111_195, 9);
});

it('reports an invalid message, and accepts the next', async () => {
  const { socket, say, received, answers } = await connect(ada.key);
  socket.send('no json');
  socket.send(Buffer.from('[]'));
  say({ positions: [] });
  say([{ ...at(1), lat: 91 }]);
  say([at(1)]);
  await answers(5);
  expect(received.map(({ status, accepted }) => status ?? accepted)).toEqual([
    400, 400, 422, 422, 1,
  ]);
  expect(received[3]).toMatchObject({ errors: [{ pointer: '/0/lat' }] });
});

it('opens for device keys only', async () => {
  const merchant = (await hub.newKey()).text;
  for (const key of [merchant, 'wb_dev_unknown']) {
    const url = `${hub.url.replace('http', 'ws')}/v1/driver/stream`;
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${key}` } });
    sockets.push(socket);
    socket.on('error', () => {});
    const [, response] = await once(socket, 'unexpected-response');
    response.resume();
    expect(response.statusCode).toBe(401);
  }
});

it('rejects messages of a revoked device, and disconnects it', async () => {
  const { say, received, closed, answers } = await connect(ada.key);
  say([at(20)]);
  await answers(1);
  expect((await call('DELETE', `/couriers/${ada.id}/devices`)).status).toBe(204);
  say([at(1, 100)]);
  expect((await closed)[0]).toBe(4401);
  expect(received[1]).toMatchObject({ status: 401, type: '/docs/errors#device_revoked' });
});

it('ends the older of two connections of a device, and one that floods', async () => {
  const first = await connect(ada.key);
  const second = await connect(ada.key);
  expect((await first.closed)[0]).toBe(4409);
  for (let index = 0; index < 100; index += 1) second.socket.send('[]');
  expect((await second.closed)[0]).toBe(1008);
});

it('counts a device’s messages over all its connections', async () => {
  const first = await connect(ada.key);
  for (let index = 0; index < 50; index += 1) first.socket.send('[]');
  await first.answers(50);
  const second = await connect(ada.key);
  for (let index = 0; index < 30; index += 1) second.socket.send('[]');
  expect((await second.closed)[0]).toBe(1008);
});

it('disconnects a device that floods with unsolicited pongs', async () => {
  const { socket, closed } = await connect(ada.key);
  for (let index = 0; index < 100; index += 1) socket.pong();
  expect((await closed)[0]).toBe(1008);
});
