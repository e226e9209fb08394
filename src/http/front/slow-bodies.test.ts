import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { driverRoute } from '../../fleet/api/driver/driver-route.ts';
import type { Driver } from '../../fleet/couriers/index.ts';
import { Problem } from '../../kernel/errors.ts';
import { manualClock, systemRandom } from '../../platform/clock.ts';
import { createLog } from '../../platform/observability/log.ts';
import { createMetrics } from '../../platform/observability/metrics.ts';
import { operation } from '../kit/operation.ts';
import { createHubServer, type HubServer } from './server.ts';

const SEND_PROOF = operation({
  id: 'sendProof',
  method: 'POST',
  path: '/driver/proofs',
  tag: "Drivers' app",
  summary: 'Sends a photo.',
  device: true,
  multipart: {
    bytesMax: 1_000_000,
    fields: z.object({}),
    files: { photo: { most: 1, bytesMax: 1_000_000, description: 'Any.' } },
  },
  answers: { 201: { description: 'Kept.' } },
});

let server: HubServer;
let nowMs = 0;
/** The server's sockets, in order of acceptance. */
const accepted: Socket[] = [];
const phones: Socket[] = [];

beforeEach(async () => {
  const gate = {
    async admit({ headers }: IncomingMessage) {
      if (headers.authorization === undefined)
        throw new Problem('unauthenticated', { 'values.verbatim': { text: 'No key.' } });
      return DRIVER;
    },
    assertStill: async () => {},
  };
  const proofs = driverRoute(gate, SEND_PROOF, async ({ form }) => ({
    status: 201,
    body: { bytes: form.files['photo']?.[0]?.length },
  }));
  server = createHubServer({
    routes: [proofs],
    log: createLog({ level: 'silent' }),
    metrics: createMetrics({ processMetrics: false }),
    clock: manualClock(0),
    randomBytes: systemRandom,
    trustedProxies: [],
    monotonicMs: () => nowMs,
  });
  await server.listen('127.0.0.1', 0);
  server.server.on('connection', (socket) => accepted.push(socket));
});
afterEach(async () => {
  for (const socket of phones.splice(0)) socket.destroy();
  accepted.length = 0;
  await server.close(0);
});

const DRIVER: Driver = {
  tenant: { merchantId: '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80', mode: 'live' },
  courierId: '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f81',
  deviceId: '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f82',
};
const PHOTO = Buffer.alloc(400_000, 1);
const BEFORE = '--b\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\n';
const AFTER = '\r\n--b--\r\n';

/** A client that has sent the headers of a form with a 400 kB photo. */
async function begin(headers: string) {
  const { port } = server.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  phones.push(socket);
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
  });
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await once(socket, 'connect');
  await vi.waitFor(() => expect(accepted.length).toBe(phones.length));
  const hub = accepted.at(-1);
  let sent = 0;
  async function send(bytes: string | Buffer): Promise<void> {
    socket.write(bytes);
    sent += bytes.length;
    const isThere = () => hub?.destroyed === true || hub?.bytesRead === sent;
    await vi.waitFor(() => expect(isThere()).toBe(true), { interval: 1, timeout: 10_000 });
  }
  const length = BEFORE.length + PHOTO.length + AFTER.length;
  await send(
    `POST /v1/driver/proofs HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n${headers}` +
      `Content-Type: multipart/form-data; boundary=b\r\n\r\n${BEFORE}`,
  );
  server.cutSlowBodies();
  return { send, ended, answer: () => answer, isOpen: () => hub?.destroyed === false };
}

/** Advances seconds, with this many bytes of the photo arriving in each. */
async function pass(
  phone: Awaited<ReturnType<typeof begin>>,
  seconds: number,
  bytesPerS: number,
  from = 0,
): Promise<number> {
  let at = from;
  for (let s = 0; s < seconds && at < PHOTO.length && phone.isOpen(); s += 2) {
    const next = Math.min(PHOTO.length, at + bytesPerS * 2);
    if (next > at) await phone.send(PHOTO.subarray(at, next));
    at = next;
    nowMs += 2_000;
    server.cutSlowBodies();
  }
  return at;
}

const KEY = 'Authorization: Bearer wbd_x\r\n';
/** 30 kbit/s. */
const STAIRWELL = 3_750;

it('a courier’s photo arrives at 30 kbit/s, even if the network drops for a while', async () => {
  const phone = await begin(KEY);
  const half = await pass(phone, 60, STAIRWELL);
  await pass(phone, 20, 0);
  expect(await pass(phone, 300, STAIRWELL, half)).toBe(PHOTO.length);
  await phone.send(AFTER);
  await vi.waitFor(() => expect(phone.answer()).toContain(`{"bytes":${PHOTO.length}}`));
});

it('a client that sends a byte now and then is cut off, with or without a key', async () => {
  for (const headers of [KEY, '']) {
    const phone = await begin(headers);
    const beganMs = nowMs;
    await pass(phone, 600, 100);
    expect(nowMs - beganMs).toBeLessThan(60_000);
    await phone.ended;
    expect(phone.answer()).toContain(headers === '' ? 'unauthenticated' : 'too_slow');
  }
});

it('an anonymous client has half a minute, however fast the bytes arrive', async () => {
  const phone = await begin('');
  const at = await pass(phone, 600, STAIRWELL);
  expect(at).toBeLessThanOrEqual(STAIRWELL * 34);
  await phone.ended;
  expect(phone.answer()).toContain('401 Unauthorized');
});

it('a device has three slow forms at once, and ten minutes for each', async () => {
  const three = [await begin(KEY), await begin(KEY), await begin(KEY)];
  const fourth = await begin(KEY);
  await vi.waitFor(() => expect(fourth.answer()).toContain('429 Too Many Requests'));
  await Promise.all(three.map((phone) => vi.waitFor(() => expect(phone.isOpen()).toBe(true))));
  let at = 0;
  for (let s = 0; s < 590; s += 10) {
    for (const phone of three) await phone.send(PHOTO.subarray(at, at + 6_000));
    at += 6_000;
    nowMs += 10_000;
    server.cutSlowBodies();
  }
  expect(three.map((phone) => phone.isOpen())).toEqual([true, true, true]);
  nowMs += 10_000;
  server.cutSlowBodies();
  for (const phone of three) {
    await phone.ended;
    expect(phone.answer()).toContain('408 Request Timeout');
  }
});
