import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../src/http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import { EasyPost } from '../support/compat/easypost-client.ts';
import { openReceiver, type Received, startWebhooks } from '../support/compat/webhook-engine.ts';

const SECRET = 'sécret';

/** The part of an Event that is compared. */
interface TrackerEvent {
  readonly description: string;
  readonly result: Readonly<Record<string, unknown>> & { readonly id: string };
}

/** Methods that its types lack. */
interface Payloads {
  retrieveAllPayloads(id: string): Promise<readonly Payload[]>;
  retrievePayload(id: string, payloadId: string): Promise<Payload>;
}
interface Payload {
  readonly id: string;
  readonly request_body: string;
}

let hub: TestHub;
let engine: Awaited<ReturnType<typeof startWebhooks>>;
let receiver: Awaited<ReturnType<typeof openReceiver>>;
let receiverUrl = '';
let call: Caller;
let client: InstanceType<typeof EasyPost>;
let received: readonly Received[] = [];
/** The answer of the receiver, by path. */
const statuses = new Map<string, number>();

beforeAll(async () => {
  receiver = await openReceiver(undefined, (path) => statuses.get(path) ?? 200);
  ({ url: receiverUrl, received } = receiver);
  hub = await createTestHub();
  engine = await startWebhooks(hub);
  const { text } = await hub.newKey();
  call = callerOf(hub, text);
  client = new EasyPost(text, { baseUrl: `${hub.url}/compat/easypost/v2/` });
});
afterAll(async () => {
  await engine.stop();
  await hub.close();
  receiver.close();
});

/** An object of the client without the request it keeps. */
const plain = (value: unknown) =>
  JSON.parse(JSON.stringify(value, (name, member) => (name === '_params' ? undefined : member)));

const payloadsOf = ({ Event }: { readonly Event: unknown }) => Event as Payloads;

let numbers = 123_456_789_000;
async function register(more: object = {}): Promise<string> {
  numbers += 1;
  const wanted = { carrier: 'fedex', tracking_number: String(numbers), ...more };
  const { status, body } = await call('POST', '/v1/shipments', wanted);
  expect(status).toBe(201);
  return String(body['id']);
}

async function setStatus(id: string, status: string): Promise<void> {
  hub.clock.advance(60_000);
  const answer = await call('POST', `/v1/shipments/${id}/status`, { status });
  expect(answer.status).toBe(200);
  await engine.idle();
}

const sentTo = (path: string) => received.filter((request) => request.path === path);

/** Some of its methods have no promise in their types. */
const errorOf = (call: unknown) =>
  Promise.resolve(call).then(
    () => null,
    ({ statusCode, code }: { statusCode: number; code: string }) => ({ statusCode, code }),
  );

describe('EasyPost’s webhooks', () => {
  it('are created, listed, retrieved, updated and deleted by its client', async () => {
    const headers = [{ name: 'X-Token', value: 'of mine' }];
    const made = await client.Webhook.create({
      url: `${receiverUrl}/crud`,
      webhook_secret: SECRET,
      custom_headers: headers,
    });
    expect(made).toMatchObject({
      object: 'Webhook',
      mode: 'test',
      url: `${receiverUrl}/crud`,
      disabled_at: null,
      custom_headers: headers,
    });
    expect(made.id).toMatch(/^hook_[0-9a-f]{32}$/);
    expect(plain(await client.Webhook.retrieve(made.id))).toEqual(plain(made));
    expect(plain((await client.Webhook.all()).webhooks)).toEqual([plain(made)]);
    const updated = await client.Webhook.update(made.id, {
      webhook_secret: 'x',
      custom_headers: [],
    });
    expect(updated.custom_headers).toEqual([]);
    await client.Webhook.delete(made.id);
    const gone = { statusCode: 404, code: 'NOT_FOUND' };
    expect(await errorOf(client.Webhook.retrieve(made.id))).toEqual(gone);
    expect(await errorOf(client.Webhook.delete(made.id))).toEqual(gone);
    expect(await errorOf(client.Webhook.update('hook_x', {}))).toEqual(gone);
  });

  it('are refused without a usable URL, header or permission', async () => {
    const invalid = { statusCode: 422, code: 'PARAMETER.INVALID' };
    expect(await errorOf(client.Webhook.create({}))).toEqual({
      statusCode: 422,
      code: 'PARAMETER.REQUIRED',
    });
    expect(await errorOf(client.Webhook.create({ url: 'ftp://x' }))).toEqual(invalid);
    for (const name of ['Host', 'x y', 'Content-Type', 'X-Hmac-Signature']) {
      const wanted = { url: `${receiverUrl}/x`, custom_headers: [{ name, value: 'x' }] };
      expect(await errorOf(client.Webhook.create(wanted))).toEqual(invalid);
    }
    const narrow = await hub.newKey({ scopes: ['webhooks:read'] });
    const reader = new EasyPost(narrow.text, { baseUrl: `${hub.url}/compat/easypost/v2/` });
    expect(await errorOf(reader.Webhook.create({ url: `${receiverUrl}/x` }))).toEqual({
      statusCode: 403,
      code: 'FORBIDDEN',
    });
    expect((await reader.Webhook.all()).webhooks).toEqual([]);
  });

  it('carry an Event with the Tracker, and a signature that its client accepts', async () => {
    const path = '/signed';
    const hook = await client.Webhook.create({ url: receiverUrl + path, webhook_secret: SECRET });
    const id = await register({ weight_g: 17_407 });
    for (const status of ['picked_up', 'out_for_delivery', 'delivered'])
      await setStatus(id, status);
    const sent = sentTo(path).map(({ bytes, headers }) =>
      client.Utils.validateWebhook(bytes, headers, SECRET),
    ) as TrackerEvent[];
    expect(sent.map(({ description, result }) => [description, result.status])).toEqual([
      ['tracker.created', 'unknown'],
      ['tracker.updated', 'in_transit'],
      ['tracker.updated', 'out_for_delivery'],
      ['tracker.updated', 'delivered'],
    ]);
    const last = sent.at(-1);
    expect(last).toMatchObject({
      object: 'Event',
      mode: 'test',
      status: 'pending',
      previous_attributes: { status: 'out_for_delivery' },
      id: expect.stringMatching(/^evt_[0-9a-f]{32}$/),
      user_id: expect.stringMatching(/^user_[0-9a-f]{32}$/),
    });
    const result = last?.result ?? { id: '' };
    expect(result).toMatchObject({ object: 'Tracker', id: `trk_${id.replaceAll('-', '')}` });
    expect(sentTo(path).at(-1)?.bytes.toString()).toContain('"weight":614.0');
    expect(last?.result['tracking_details']).toHaveLength(3);
    expect(await client.Tracker.retrieve(result.id)).toEqual(
      expect.objectContaining({ status: 'delivered', weight: 614 }),
    );
    await client.Webhook.delete(hook.id);
  });

  it('are signed with every character of the secret, blanks at its ends too', async () => {
    const secret = ' \u00a0sécret\n ';
    const made = { url: `${receiverUrl}/made`, webhook_secret: secret };
    const changed = { url: `${receiverUrl}/changed`, webhook_secret: SECRET };
    const hooks = [await client.Webhook.create(made), await client.Webhook.create(changed)];
    await client.Webhook.update(hooks[1]?.id ?? '', { webhook_secret: secret });
    await register();
    await engine.idle();
    for (const path of ['/made', '/changed']) {
      const [{ bytes, headers } = { bytes: Buffer.alloc(0), headers: {} }] = sentTo(path);
      const event = client.Utils.validateWebhook(bytes, headers, secret);
      expect(event).toMatchObject({ description: 'tracker.created' });
    }
    for (const { id } of hooks) await client.Webhook.delete(id);
  });

  it('have none about a tracker that was deleted, and resume when an update enables them', async () => {
    const path = '/deleted';
    const hook = await client.Webhook.create({ url: receiverUrl + path });
    const id = await register();
    await engine.idle();
    await client.Tracker.delete(`trk_${id.replaceAll('-', '')}`);
    await setStatus(id, 'picked_up');
    expect(sentTo(path)).toHaveLength(1);
    expect(sentTo(path)[0]?.headers['x-hmac-signature']).toBeUndefined();
    const uuid = hook.id.replace('hook_', '').replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    await call('PATCH', `/v1/webhook-endpoints/${uuid}`, { state: 'disabled' });
    expect((await client.Webhook.retrieve(hook.id)).disabled_at).not.toBeNull();
    expect((await client.Webhook.update(hook.id, {})).disabled_at).toBeNull();
    await client.Webhook.delete(hook.id);
  });
});

describe('EasyPost’s events', () => {
  it('are listed and paged newest first, with the payloads of each', async () => {
    const path = '/events';
    statuses.set('/failing', 500);
    const hooks = [
      await client.Webhook.create({ url: receiverUrl + path }),
      await client.Webhook.create({ url: `${receiverUrl}/failing` }),
    ];
    const id = await register();
    for (const status of ['picked_up', 'out_for_delivery', 'delivered'])
      await setStatus(id, status);
    const first = await client.Event.all({ page_size: 2 });
    expect(first.has_more).toBe(true);
    const next = await client.Event.getNextPage(first);
    const all = [...first.events, ...next.events];
    expect(all.map(({ description }) => description)).toEqual([
      ...Array.from({ length: 3 }, () => 'tracker.updated'),
      'tracker.created',
    ]);
    expect(first.events[0]).toMatchObject({ object: 'Event', mode: 'test', status: 'pending' });
    const newest = await client.Event.retrieve(first.events[0]?.id ?? '');
    expect(newest).toMatchObject({
      previous_attributes: { status: 'out_for_delivery' },
      pending_urls: [`${receiverUrl}/failing`],
      completed_urls: [receiverUrl + path],
    });
    expect(newest).not.toHaveProperty('result');
    const payloads = await payloadsOf(client).retrieveAllPayloads(newest.id);
    expect(payloads).toHaveLength(1);
    const [payload] = payloads;
    expect(payload).toMatchObject({
      object: 'Payload',
      request_url: receiverUrl + path,
      response_code: 200,
      response_body: 'noted',
    });
    expect(JSON.parse(payload?.request_body ?? '{}').result.status).toBe('delivered');
    expect(plain(await payloadsOf(client).retrievePayload(newest.id, payload?.id ?? ''))).toEqual(
      plain(payload),
    );
    for (const hook of hooks) await client.Webhook.delete(hook.id);
  });

  it('are a 404 of EasyPost’s when unknown', async () => {
    const none = '0'.repeat(32);
    const gone = { statusCode: 404, code: 'NOT_FOUND' };
    expect(await errorOf(client.Event.retrieve(`evt_${none}`))).toEqual(gone);
    expect(await errorOf(client.Event.retrieve('evt_x'))).toEqual(gone);
    expect(await errorOf(client.Event.all({ before_id: 'evt_x' }))).toEqual(gone);
    expect(await errorOf(payloadsOf(client).retrieveAllPayloads(`evt_${none}`))).toEqual(gone);
  });
});

describe('AfterShip’s webhooks', () => {
  it('carry the tracking, signed over exactly the bytes', async () => {
    const path = '/aftership';
    const url = receiverUrl + path;
    const made = await call('POST', '/v1/webhook-endpoints', { url, format: 'aftership' });
    expect(made.body).toMatchObject({ format: 'aftership', events: ['*'] });
    const id = await register();
    for (const status of [
      'picked_up',
      'out_for_delivery',
      'at_facility',
      'out_for_delivery',
      'delivered',
    ]) {
      await setStatus(id, status);
    }
    const sent = sentTo(path);
    for (const { headers, bytes } of sent) {
      const mac = createHmac('sha256', String(made.body['secret'])).update(bytes);
      expect(headers['aftership-hmac-sha256']).toBe(mac.digest('base64'));
      expect(headers['as-webhook-version']).toBe('2026-07');
    }
    const bodies = sent.map(({ bytes }) => JSON.parse(bytes.toString('utf8')));
    expect(
      bodies.map(({ event, is_tracking_first_tag: isFirst, msg }) => [event, isFirst, msg.tag]),
    ).toEqual([
      ['tracking_update', true, 'InTransit'],
      ['tracking_update', true, 'OutForDelivery'],
      ['tracking_update', false, 'InTransit'],
      ['tracking_update', false, 'OutForDelivery'],
      ['tracking_update', true, 'Delivered'],
    ]);
    expect(bodies.at(-1)).toMatchObject({
      event_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ts: Math.floor(hub.clock.nowMs() / 1_000),
      msg: { id: id.replaceAll('-', ''), slug: 'fedex' },
    });
    const test = await call('POST', `/v1/webhook-endpoints/${made.body['id']}/test`);
    expect(test.body).toMatchObject({ delivered: true });
  });
});

describe('webhooks in every format', () => {
  it('have nothing personal, neither when sent nor where the hub keeps them', async () => {
    const personal = {
      recipient: { name: 'Marker Name', email: 'marker@example.com', phone: '+12025550163' },
      origin: { country: 'DE', city: 'Markerdorf', postal_code: '99991' },
      destination: {
        country: 'US',
        region: 'IL',
        city: 'Markerville',
        postal_code: '99992',
        line1: '1 Marker St',
      },
    };
    const markers = /marker|99991|99992|2025550163/i;
    const endpoints: unknown[] = [];
    for (const format of ['waybill', 'easypost', 'aftership']) {
      const url = `${receiverUrl}/personal/${format}`;
      const { body } = await call('POST', '/v1/webhook-endpoints', { url, format });
      endpoints.push(body['id']);
    }
    const id = await register(personal);
    await setStatus(id, 'picked_up');
    const shown = await call('GET', `/v1/shipments/${id}`);
    expect(shown.text).toMatch(markers);
    const sent = received.filter(({ path }) => path.startsWith('/personal/'));
    expect(new Set(sent.map(({ path }) => path)).size).toBe(3);
    for (const { bytes } of sent) expect(bytes.toString()).not.toMatch(markers);
    const { rows } = await hub.db.pipeline.query(
      `select convert_from(body, 'utf8') as body from webhook_deliveries
       where endpoint_id = any($1::uuid[])`,
      [endpoints],
    );
    expect(rows.length).toBeGreaterThanOrEqual(3);
    for (const { body } of rows) expect(body).not.toMatch(markers);
  });
});
