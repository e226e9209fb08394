import { createServer, type IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWebhookFormats } from '../../src/http/compat/webhook-formats.ts';
import { type Caller, callerOf } from '../../src/http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import { systemRandom } from '../../src/platform/clock.ts';
import { createEgress, type Egress } from '../../src/platform/net/egress.ts';
import { readBody } from '../../src/platform/net/read-body.ts';
import { createLog } from '../../src/platform/observability/log.ts';
import { createMetrics } from '../../src/platform/observability/metrics.ts';
import { createKeyring } from '../../src/platform/sealing/sealing.ts';
import {
  type MerchantWebhooks,
  startMerchantWebhooks,
} from '../../src/reactions/merchant-webhooks/index.ts';
import { reportFailure } from '../../src/shops/connections/report-failure.ts';
import { ShopFailure } from '../../src/shops/index.ts';

/** A merchant's systems against the whole hub: HTTP in, HTTP out. */
let hub: TestHub;
let engine: MerchantWebhooks;
let egress: Egress;
let carrier: string;
beforeAll(async () => {
  const keyring = createKeyring([new Uint8Array(32).fill(9)], systemRandom);
  hub = await createTestHub({ keyring });
  egress = createEgress({ allow: ['127.0.0.0/8'] });
  engine = startMerchantWebhooks({
    db: hub.db,
    keyring,
    clock: hub.clock,
    randomBytes: systemRandom,
    post: (request) => egress.post(request),
    formats: createWebhookFormats(hub.tracking, hub.adapters),
    listener: { on: () => () => {} },
    log: createLog({ level: 'silent' }),
    metrics: createMetrics({ processMetrics: false }),
  });
  await engine.idle(); // a new consumer begins at the newest entry
  carrier = hub.adapters.carriers()[0]?.manifest.name ?? '';
});
afterAll(async () => {
  await engine.stop();
  egress.close();
  await hub.close();
});

// The official package compares with the machine's clock, and allows five minutes.
beforeEach(() => hub.clock.set(Date.now()));

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

interface ReceivedWebhook {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Event {
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  readonly previous_sequence: number | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly previous_attributes: Readonly<Record<string, unknown>>;
}

type Respond = (event: Event, index: number) => number | { status: number; location: string };

async function receiver(respond: Respond = () => 200) {
  const received: ReceivedWebhook[] = [];
  const server = createServer((request, response) => {
    void readBody(request, 100_000).then((read) => {
      const body = read.kind === 'body' ? read.bytes.toString('utf8') : '';
      received.push({ headers: request.headers, body });
      const answer = respond(JSON.parse(body), received.length);
      if (typeof answer === 'number') response.writeHead(answer).end();
      else response.writeHead(answer.status, { location: answer.location }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}/hook`, received };
}

/** The event, if the official package verifies it. */
function verified(secret: string, { headers, body }: ReceivedWebhook): Event {
  const named = (name: string) => String(headers[name]);
  return new Webhook(secret).verify(body, {
    'webhook-id': named('webhook-id'),
    'webhook-timestamp': named('webhook-timestamp'),
    'webhook-signature': named('webhook-signature'),
  }) as Event;
}

let merchants = 0;

async function merchant(): Promise<Caller> {
  merchants += 1;
  return callerOf(hub, (await hub.newKey({ merchant: `shop-${merchants}` })).text);
}

async function endpoint(call: Caller, body: Record<string, unknown>) {
  const made = await call('POST', '/webhook-endpoints', body);
  expect(made.status).toBe(201);
  return { id: String(made.body['id']), secret: String(made.body['secret']) };
}

async function registerParcel(call: Caller, number: string, more: object = {}): Promise<string> {
  const made = await call('POST', '/shipments', { carrier, tracking_number: number, ...more });
  expect(made.status).toBe(201);
  return String(made.body['id']);
}

async function move(call: Caller, id: string, status: string): Promise<void> {
  hub.clock.advance(1); // ids of one millisecond are unordered
  await call('POST', `/shipments/${id}/status`, { status });
}

const feed = async (call: Caller) =>
  (await call('GET', '/events?limit=500')).body['data'] as Event[];

describe('what happens to a parcel', () => {
  it('is posted in order, verified by the official package, and equal to the feed', async () => {
    const call = await merchant();
    const { url, received } = await receiver();
    const { secret } = await endpoint(call, { url, events: ['*'] });
    const ids = [
      await registerParcel(call, '5000000001'),
      await registerParcel(call, '5000000002'),
    ];
    for (const id of ids) {
      for (const status of ['picked_up', 'in_transit', 'out_for_delivery', 'delivered']) {
        await move(call, id, status);
      }
    }
    await engine.idle();
    const events = received.map((each) => verified(secret, each));
    const eventsOf = (of: readonly Event[], id: string) =>
      of.filter(({ data }) => data['id'] === id).map(({ id: _, ...rest }) => rest);
    for (const id of ids) {
      const mine = eventsOf(events, id);
      expect(mine.map(({ sequence }) => sequence)).toEqual(mine.map((_, i) => i + 1));
      expect(mine.map(({ previous_sequence }) => previous_sequence)).toEqual([
        null,
        ...mine.slice(1).map((_, i) => i + 1),
      ]);
      expect(mine.map(({ type }) => type)).toContain('shipment.delivered');
      expect(mine).toEqual(eventsOf(await feed(call), id));
    }
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    for (const { headers, body } of received) {
      expect(headers['webhook-id']).toBe(JSON.parse(body).id);
    }
  });

  it('reaches only endpoints that subscribe to it, with gapless sequences', async () => {
    const call = await merchant();
    const all = await receiver();
    const some = await receiver();
    await endpoint(call, { url: all.url });
    await endpoint(call, {
      url: some.url,
      events: ['shipment.status_changed'],
      filters: { tags: ['gift'], statuses: ['picked_up', 'out_for_delivery'] },
    });
    const gift = await registerParcel(call, '5000000003', { tags: ['gift'] });
    const plain = await registerParcel(call, '5000000004');
    for (const id of [gift, plain]) {
      for (const status of ['picked_up', 'in_transit', 'out_for_delivery']) {
        await move(call, id, status);
      }
    }
    await engine.idle();
    expect(all.received).toHaveLength(8);
    expect(some.received.map(({ body }) => JSON.parse(body))).toMatchObject([
      { data: { id: gift, status: 'picked_up' }, sequence: 2, previous_sequence: null },
      { data: { id: gift, status: 'out_for_delivery' }, sequence: 4, previous_sequence: 2 },
    ]);
  });

  it('goes to nobody else: neither another merchant, nor the other mode', async () => {
    const call = await merchant();
    const other = await receiver();
    await endpoint(await merchant(), { url: other.url });
    const live = callerOf(hub, (await hub.newKey({ merchant: 'shop-1', mode: 'live' })).text);
    await endpoint(live, { url: other.url });
    await registerParcel(call, '5000000005');
    await engine.idle();
    expect(other.received).toEqual([]);
  });
});

describe('a receiver in trouble', () => {
  it('holds back only that parcel, and gets the same bytes again, in order', async () => {
    const call = await merchant();
    let isDown = true;
    const stuck = await registerParcel(call, '5000000006');
    const free = await registerParcel(call, '5000000007');
    await engine.idle(); // these notify nobody
    const { url, received } = await receiver(({ data }) =>
      isDown && data['id'] === stuck ? 503 : 200,
    );
    const { id, secret } = await endpoint(call, { url });
    for (const each of [stuck, free]) {
      await move(call, each, 'picked_up');
      await move(call, each, 'in_transit');
    }
    await engine.idle();
    const of = (subject: string) =>
      received.filter(({ body }) => JSON.parse(body).data.id === subject);
    expect(of(free)).toHaveLength(2);
    expect(of(stuck)).toHaveLength(1);
    const waiting = await call('GET', `/webhook-endpoints/${id}/deliveries?state=waiting`);
    expect(waiting.body['data']).toMatchObject([
      { sequence: 3, attempts: 0 },
      { sequence: 2, attempts: 1, last_status: 503, last_reason: 'answered 503' },
    ]);
    isDown = false;
    hub.clock.advance(5_000);
    await engine.idle();
    const again = of(stuck);
    expect(again.map((each) => verified(secret, each).sequence)).toEqual([2, 2, 3]);
    expect(again[1]?.body).toBe(again[0]?.body);
    expect(again[1]?.headers['webhook-id']).toBe(again[0]?.headers['webhook-id']);
    expect(again[1]?.headers['webhook-signature']).not.toBe(again[0]?.headers['webhook-signature']);
    const shown = await call('GET', `/webhook-endpoints/${id}`);
    expect(shown.body).toMatchObject({ failures: 0, failing_since: null, health: { waiting: 0 } });
  });

  it('that answers 410 is disabled, and other endpoints and the feed are notified', async () => {
    const call = await merchant();
    const gone = await receiver(() => 410);
    const other = await receiver();
    const { id } = await endpoint(call, { url: gone.url, events: ['shipment.created'] });
    await endpoint(call, { url: other.url, events: ['webhook_endpoint.*'] });
    await registerParcel(call, '5000000008');
    await engine.idle();
    const shown = await call('GET', `/webhook-endpoints/${id}`);
    expect(shown.body).toMatchObject({ state: 'disabled' });
    expect(String(shown.body['disabled_reason'])).toContain('410');
    await engine.idle();
    const about = { type: 'webhook_endpoint.disabled', data: { id } };
    expect(other.received.map(({ body }) => JSON.parse(body))).toMatchObject([about]);
    expect((await feed(call)).at(-1)).toMatchObject(about);
    await registerParcel(call, '5000000009');
    await engine.idle();
    expect(gone.received).toHaveLength(1);
  });

  it('is notified when a shop of its merchant is disabled, as the feed is', async () => {
    const call = await merchant();
    const { url, received } = await receiver();
    await endpoint(call, { url, events: ['shop.*'] });
    const made = await call('POST', '/shops', { platform: 'generic', url: 'https://a.example' });
    const id = String(made.body['id']);
    const opened = await hub.shops.open(id);
    if (opened === null) throw new Error(made.text);
    const deps = { db: hub.db, clock: hub.clock, randomBytes: systemRandom };
    const failure = new ShopFailure('credentials', 'webhooks.unknownFailure');
    await reportFailure({ ...deps, log: createLog({ level: 'silent' }) }, opened.shop, failure);
    await engine.idle();
    const about = { type: 'shop.disabled', data: { id, status: 'disabled' } };
    expect(received.map(({ body }) => JSON.parse(body))).toMatchObject([about]);
    expect((await feed(call)).at(-1)).toMatchObject(about);
  });

  it('that redirects is not followed', async () => {
    const call = await merchant();
    const inner = await receiver();
    const outer = await receiver(() => ({ status: 307, location: inner.url }));
    const { id } = await endpoint(call, { url: outer.url });
    await registerParcel(call, '5000000010');
    await engine.idle();
    expect(inner.received).toEqual([]);
    const { body } = await call('GET', `/webhook-endpoints/${id}/deliveries`);
    expect(body['data']).toMatchObject([
      { last_status: 307, last_reason: 'answered 307; redirects are not followed' },
    ]);
  });

  it('that can no longer be posted to shows why, and gets nothing more', async () => {
    const call = await merchant();
    const { id } = await endpoint(call, { url: 'https://nobody.invalid/hook' });
    await registerParcel(call, '5000000011');
    await engine.idle();
    const { body } = await call('GET', `/webhook-endpoints/${id}/deliveries`);
    expect(body['data']).toMatchObject([{ state: 'waiting', attempts: 1, last_status: null }]);
    expect(JSON.stringify(body['data'])).toMatch(/dns/);
  });
});

describe('a replay', () => {
  it('of one event, of abandoned ones and of a period sends the same bytes under the same ids', async () => {
    const call = await merchant();
    const { url, received } = await receiver();
    const { id, secret } = await endpoint(call, { url });
    const since = new Date(hub.clock.nowMs()).toISOString();
    const shipment = await registerParcel(call, '5000000012');
    await move(call, shipment, 'picked_up');
    await move(call, shipment, 'in_transit');
    await engine.idle();
    expect(received).toHaveLength(3);
    const path = `/webhook-endpoints/${id}`;
    const none = await call('POST', `${path}/replay`);
    expect(none.body).toEqual({ replayed: 0, next_since: null });

    const second = JSON.parse(received[1]?.body ?? '{}').id;
    const one = await call('POST', `${path}/deliveries/${second}/replay`);
    expect([one.status, one.body['state']]).toEqual([202, 'waiting']);
    await engine.idle();
    expect(received.slice(3).map(({ body }) => body)).toEqual([received[1]?.body]);

    const again = await call('POST', `${path}/replay`, { since });
    expect(again.body).toEqual({ replayed: 3, next_since: null });
    await engine.idle();
    expect(received.slice(4).map(({ body }) => body)).toEqual(
      received.slice(0, 3).map((h) => h.body),
    );
    for (const each of received) verified(secret, each);

    const only = await call('POST', `${path}/replay`, { since, types: ['shipment.created'] });
    expect(only.body['replayed']).toBe(1);
    const future = await call('POST', `${path}/replay`, { since: '2099-01-01T00:00:00Z' });
    expect(future.status).toBeLessThan(500);
  });
});
