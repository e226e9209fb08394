import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import { createEgress } from '../../../platform/net/egress.ts';
import { installationVapidKeys } from '../../../platform/web-push/push-request.ts';
import { decryptedPush, isPushFrom, testCurve } from '../../../platform/web-push/test-push.ts';
import { createDevices } from '../../couriers/index.ts';
import { matchOpen, pushOffers } from '../../deliveries/test-matching.ts';

/** A browser and its push service: the messages received, decrypted with the browser's own keys. */
const browser = testCurve(1);
const AUTH = Buffer.alloc(16, 7);
const SHOP = { lat: 53.5436, lng: 9.9885 };
let service: Server;
let origin = '';
let answers = 201;
const accepted: { readonly text: string; readonly isOurs: boolean; readonly headers: object }[] =
  [];
let hub: TestHub;
let call: Caller;
let ada: TestDriver;
let publicKey = '';
const egress = createEgress({ allow: ['127.0.0.0/8'] });

beforeAll(async () => {
  service = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { authorization = '', ttl, urgency, topic } = request.headers;
    accepted.push({
      text: decryptedPush(Buffer.concat(parts), browser, AUTH),
      isOurs: await isPushFrom(publicKey, authorization, origin),
      headers: { ttl, urgency, topic, encoding: request.headers['content-encoding'] },
    });
    response.writeHead(answers).end();
  });
  await new Promise<void>((resolve) => void service.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
  ada = await newDriver(hub, call, 'Ada Example');
  await ada.call('POST', '/driver/shift', { shift: 'on' });
  const ts = new Date(hub.clock.nowMs()).toISOString();
  await ada.call('POST', '/driver/positions', [{ ts, ...SHOP }]);
  publicKey = String((await ada.call('GET', '/driver/push')).body['public_key']);
});
afterAll(async () => {
  egress.close();
  await hub.close();
  service.close();
});
beforeEach(() => {
  accepted.length = 0;
  answers = 201;
});

const subscription = (path = '/send/1') => ({
  endpoint: `${origin}${path}`,
  expirationTime: null,
  keys: { p256dh: browser.getPublicKey('base64url'), auth: AUTH.toString('base64url') },
});
const isOn = async (driver = ada) => (await driver.call('GET', '/driver/push')).body['on'];
const subscribe = (driver: TestDriver = ada, body: object | null = subscription()) =>
  driver.call('POST', '/driver/push', { subscription: body });
async function offered(): Promise<string> {
  const places = { origin: SHOP, destination: { lat: 53.5453, lng: 9.9467 } };
  const wanted = {
    ...places,
    package_size: 'small',
    phone: '+4915112345678',
    notes: 'Ring twice.',
  };
  const made = await call('POST', '/deliveries', wanted);
  await matchOpen(hub.deliveries);
  return String(made.body['delivery_id']);
}
async function pushed(): Promise<string[]> {
  const { pipeline } = hub.db;
  const { keyring, clock, randomBytes } = hub.deliveries;
  const keys = { db: pipeline, keyring, randomBytes };
  const vapid = installationVapidKeys(keys, () => 'mailto:ops@hub.example');
  const outcomes: string[] = [];
  await pushOffers({ db: hub.db, keyring, clock, egress, vapid }, (each) => outcomes.push(each));
  return outcomes;
}
const cancel = (id: string) => call('POST', `/deliveries/${id}/cancel`);

it('a phone is notified of an offer once, encrypted, signed, and without personal data', async () => {
  expect(await isOn()).toBe(false);
  expect((await subscribe()).status).toBe(204);
  expect(await isOn()).toBe(true);
  const id = await offered();
  expect(await pushed()).toEqual(['sent']);
  expect(accepted).toEqual([
    {
      text: JSON.stringify({ kind: 'offer' }),
      isOurs: true,
      headers: { ttl: '60', urgency: 'high', topic: 'waybill-offer', encoding: 'aes128gcm' },
    },
  ]);
  expect(await pushed()).toEqual([]);
  const { rows } = await hub.db.owner.query('select * from device_pushes');
  expect(JSON.stringify(rows)).not.toContain('/send/1');
  await cancel(id);
});

it('nothing is sent for an offer that has expired or been accepted', async () => {
  const late = await offered();
  hub.clock.advance(61_000);
  expect(await pushed()).toEqual(['late']);
  await cancel(late);
  const gone = await offered();
  await cancel(gone);
  const ts = new Date(hub.clock.nowMs()).toISOString();
  await ada.call('POST', '/driver/positions', [{ ts, ...SHOP }]);
  const { rows } = await hub.db.owner.query('select from offer_pushes');
  expect(rows).toHaveLength(1);
  await hub.db.owner.query(`update delivery_offers set state = 'withdrawn' where state = 'open'`);
  expect(await pushed()).toEqual([]);
  expect(accepted).toEqual([]);
});

it('a subscription the push service no longer knows is deleted here', async () => {
  answers = 410;
  const id = await offered();
  expect(await pushed()).toEqual(['ended']);
  expect(await isOn()).toBe(false);
  await subscribe();
  answers = 503;
  await cancel(id);
  const next = await offered();
  expect(await pushed()).toEqual(['failed']);
  expect(await isOn()).toBe(true);
  await cancel(next);
});

it.each([
  ['nothing of the internet', { endpoint: 'https://10.0.0.1/send' }, '/subscription/endpoint'],
  ['not encrypted', { endpoint: 'http://push.example.com/send' }, '/subscription/endpoint'],
  [
    'no key',
    { keys: { p256dh: 'AAAA', auth: AUTH.toString('base64url') } },
    '/subscription/keys/p256dh',
  ],
])('an invalid subscription is rejected: %s', async (_, change, pointer) => {
  const refused = await subscribe(ada, { ...subscription(), ...change });
  expect([refused.status, refused.body['errors']]).toMatchObject([422, [{ pointer }]]);
});

it('a subscription ends with the sign-out, the revocation, another phone, and the courier', async () => {
  const left = async () =>
    (await hub.db.owner.query<{ of: string }>('select courier_id as of from device_pushes')).rows
      .length;
  await subscribe(ada, null);
  expect([await isOn(), await left()]).toEqual([false, 0]);
  const ben = await newDriver(hub, call, 'Ben Example');
  await subscribe(ben);
  expect(await left()).toBe(1);
  await call('DELETE', `/couriers/${ben.id}/devices`);
  expect(await left()).toBe(0);
  const cara = await newDriver(hub, call, 'Cara Example');
  await subscribe(cara);
  const enrolment = await call('POST', `/couriers/${cara.id}/enrolments`);
  const devices = createDevices(hub.deliveries);
  expect(await left()).toBe(1);
  expect(await devices.enrol(String(enrolment.body['code']), { name: 'new' })).not.toBeNull();
  expect(await left()).toBe(0);
  const dora = await newDriver(hub, call, 'Dora Example');
  await subscribe(dora);
  expect(await left()).toBe(1);
  expect((await call('DELETE', `/couriers/${dora.id}`)).status).toBe(204);
  expect(await left()).toBe(0);
});
