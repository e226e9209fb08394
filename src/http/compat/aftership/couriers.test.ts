import { AfterShip, type AftershipError, AuthType } from '@aftership/tracking-sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CarrierAdapter } from '../../../adapters/index.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { aftershipName } from './carriers.ts';

let hub: TestHub;
let sdk: AfterShip;
let key: string;
/** A carrier that can be polled, with several required credentials. */
let adapter: CarrierAdapter;

beforeAll(async () => {
  hub = await createTestHub();
  key = (await hub.newKey()).text;
  sdk = client({});
  const found = hub.adapters
    .list()
    .find(
      ({ access }) => (access?.credentials ?? []).filter(({ required }) => required).length > 1,
    );
  if (found === undefined) throw new Error('no carrier needs two credentials');
  adapter = found;
});
afterAll(() => hub.close());
afterEach(() => {
  vi.useRealTimers();
});

function client(options: object): AfterShip {
  const domain = `${hub.url}/compat/aftership`;
  return new AfterShip({ api_key: key, domain, max_retry: 0, ...options });
}

async function errorOf(request: Promise<unknown>): Promise<AftershipError> {
  return request.then(
    () => Promise.reject(new Error('it was accepted')),
    (error: AftershipError) => error,
  );
}

const SECRET = 'a-planted-test-secret';

function credentials(): Record<string, string> {
  const required = (adapter.access?.credentials ?? []).filter((each) => each.required);
  return Object.fromEntries(required.map(({ name }) => [name, `${SECRET}-${name}`]));
}

describe('couriers', () => {
  it('are the carriers of the installation, with the credentials that each needs', async () => {
    const { data } = await sdk.courier.getCouriers();
    expect(data.total).toBe(hub.adapters.carriers().length);
    const slug = aftershipName(adapter.manifest.name);
    expect(data.couriers?.find((each) => each.slug === slug)).toMatchObject({
      name: adapter.manifest.displayName,
      credentials: {
        fields: expect.arrayContaining([
          { name: Object.keys(credentials())[0], type: expect.any(String), required: true },
        ]),
      },
    });
    const one = await sdk.courier.getCouriers({ slug });
    expect(one.data.couriers).toMatchObject([{ slug }]);
    expect((await sdk.courier.getCouriers({ slug: 'nobody' })).data.total).toBe(0);
  });

  it('are detected by the number, among the requested ones', async () => {
    const detect = async (body: { tracking_number: string; slug?: string[] }) =>
      (await sdk.courier.detectCourier(body)).data.couriers?.map(({ slug }) => slug);
    const number = '1Z999AA10123456784';
    expect((await detect({ tracking_number: number }))?.[0]).toBe('ups');
    expect(await detect({ tracking_number: number, slug: ['ups', 'dhl'] })).toEqual(['ups']);
    expect(await detect({ tracking_number: number, slug: ['dhl'] })).toEqual([]);
    expect(await detect({ tracking_number: 'no such form' })).toEqual([]);
    const error = await errorOf(detect({} as { tracking_number: string }));
    expect(error).toMatchObject({ code: 'TRACKING_NUMBER_REQUIRED', meta_code: 4007 });
  });
});

describe('courier connections', () => {
  const of = () => sdk.courierConnection;

  it('are created, listed, changed and removed, and never show a secret', async () => {
    const slug = aftershipName(adapter.manifest.name);
    const made = await of().postCourierConnections({
      courier_slug: slug,
      credentials: credentials(),
    });
    const id = String(made.data.id);
    expect(made.data).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      courier_slug: slug,
      credentials: Object.fromEntries(Object.keys(credentials()).map((name) => [name, '********'])),
    });
    const [name = ''] = Object.keys(credentials());
    const changed = await of().putCourierConnectionsById(id, {
      credentials: { [name]: 'new-one' },
    });
    const got = await of().getCourierConnectionsById(id);
    const listed = await of().getCourierConnections({ courier_slug: slug, limit: '10' });
    expect(listed.data).toMatchObject({
      pagination: { total: 1, has_next_page: false },
      courier_connections: [got.data],
    });
    for (const answer of [made, changed, got, listed]) {
      expect(JSON.stringify(answer)).not.toContain(SECRET);
    }
    const active = (await sdk.courier.getCouriers({ active: true })).data.couriers ?? [];
    expect(active.map((each) => each.slug)).toContain(slug);
    expect((await of().deleteCourierConnectionsById(id)).data.id).toBe(id);
    expect(await errorOf(of().getCourierConnectionsById(id))).toMatchObject({
      code: 'NOT_FOUND',
      meta_code: 404,
    });
    expect((await errorOf(of().deleteCourierConnectionsById('x'))).status_code).toBe(404);
  });

  it('are refused for unknown couriers and incomplete credentials', async () => {
    const make = (body: object) => errorOf(of().postCourierConnections(body as never));
    expect(await make({ courier_slug: 'nobody', credentials: {} })).toMatchObject({
      code: 'SLUG_INVALID',
    });
    const { [Object.keys(credentials())[0] ?? '']: _, ...lacking } = credentials();
    const slug = aftershipName(adapter.manifest.name);
    const error = await make({ courier_slug: slug, credentials: lacking });
    expect(error).toMatchObject({ code: 'VALUE_REQUIRED', status_code: 400 });
    expect(error.message).not.toContain(SECRET);
  });
});

describe('an estimated delivery date', () => {
  const request = {
    slug: 'fedex',
    service_type_name: 'express',
    origin_address: { country_region: 'DEU', postal_code: '10115' },
    destination_address: { country_region: 'DEU', postal_code: '10115' },
    pickup_time: '2026-03-10T12:00:00',
  };

  it('is by rule on an empty hub, which its confidence code says', async () => {
    const { data } = await sdk.estimatedDeliveryDate.predict(request);
    expect(data).toMatchObject({
      ...request,
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      estimated_pickup: null,
      estimated_delivery_date: '2026-03-12',
      estimated_delivery_date_min: expect.stringMatching(/^2026-03-1[12]$/),
      estimated_delivery_date_max: expect.stringMatching(/^2026-03-1\d$/),
      confidence_code: 30_002,
    });
  });

  it('counts from an estimated pickup: cut-off, business days and processing', async () => {
    const { pickup_time: _, ...rest } = request;
    const late = {
      order_time: '2026-03-13 19:00:00',
      order_cutoff_time: '18:00:00',
      business_days: [1, 2, 3, 4, 5],
      order_processing_time: { unit: 'day', value: 1 },
    };
    const { data } = await sdk.estimatedDeliveryDate.predict({ ...rest, estimated_pickup: late });
    // Monday is the next business day, and packing takes it.
    expect(data.estimated_pickup).toEqual({ ...late, pickup_time: '2026-03-17T00:00:00' });
    expect(data.estimated_delivery_date).toBe('2026-03-19');
  });

  it('is given for several requests at once, in their order', async () => {
    const { data } = await sdk.estimatedDeliveryDate.predictBatch({
      estimated_delivery_dates: [request, { ...request, slug: 'ups' }],
    });
    expect(data.estimated_delivery_dates.map(({ slug }) => slug)).toEqual(['fedex', 'ups']);
  });

  it.each([
    [{ slug: 'nobody' }, 4010, 'slug'],
    [{ pickup_time: null }, 4009, 'pickup_time'],
    [{ pickup_time: 'tomorrow' }, 4008, 'pickup_time'],
    [{ pickup_time: '2020-01-01T00:00:00' }, 4008, 'pickup_time'],
    [{ origin_address: { country_region: 'Germany' } }, 4008, 'origin_address.country_region'],
    [{ destination_address: {} }, 4009, 'destination_address.country_region'],
  ])('is refused for %j with %d', async (wrong, meta, member) => {
    const { predict } = sdk.estimatedDeliveryDate;
    const error = await errorOf(
      predict.call(sdk.estimatedDeliveryDate, { ...request, ...wrong } as never),
    );
    expect(error).toMatchObject({ meta_code: meta, status_code: 400 });
    expect(error.message).toContain(member);
  });

  it('is refused for more than five at once, and names the request at fault', async () => {
    const batch = (dates: object[]) =>
      errorOf(sdk.estimatedDeliveryDate.predictBatch({ estimated_delivery_dates: dates } as never));
    expect((await batch(Array.from({ length: 6 }, () => request))).meta_code).toBe(4008);
    const second = await batch([request, { ...request, pickup_time: 'x' }]);
    expect(second.message).toContain('estimated_delivery_dates.1.pickup_time');
  });
});

describe('a request', () => {
  it('without a valid key is refused', async () => {
    const error = await errorOf(client({ api_key: 'wb_test_nobody' }).tracking.getTrackings());
    expect(error).toMatchObject({ code: 'API_KEY_INVALID', meta_code: 401, status_code: 401 });
  });

  it('is limited to the scopes of its key', async () => {
    const { text } = await hub.newKey({ scopes: ['shipments:read'] });
    const own = client({ api_key: text });
    expect((await own.tracking.getTrackings()).data.trackings).toEqual([]);
    const error = await errorOf(own.tracking.createTracking({ tracking_number: '1' }));
    expect(error).toMatchObject({ code: 'REQUEST_NOT_ALLOWED', meta_code: 403, status_code: 403 });
    expect((await errorOf(own.courierConnection.getCourierConnections())).meta_code).toBe(403);
  });

  it('that is too large, or not JSON, gets AfterShip’s error', async () => {
    const title = 'x'.repeat(1_048_577);
    const large = await errorOf(sdk.tracking.createTracking({ tracking_number: '1', title }));
    expect(large.status_code).toBe(413);
    const send = (headers: object) =>
      fetch(`${hub.url}/compat/aftership/tracking/2026-07/trackings`, {
        method: 'POST',
        body: '{',
        headers: { 'as-api-key': key, ...headers },
      });
    const broken = await send({ 'content-type': 'application/json' });
    expect(await broken.json()).toMatchObject({ meta: { code: 4001, type: 'BadRequest' } });
    const plain = await send({ 'content-type': 'text/plain' });
    expect(await plain.json()).toMatchObject({ meta: { type: 'BadRequest' }, data: {} });
  });

  it('that AfterShip does not have is unknown, under `/v1` too', async () => {
    for (const path of ['/compat/aftership/x', '/v1/compat/aftership/tracking/2026-07/couriers']) {
      expect((await fetch(hub.url + path)).status).toBe(404);
    }
  });
});

describe('a signed request', () => {
  const signed = (secret: string, type = AuthType.AES) =>
    client({ auth_type: type, api_secret: secret });

  it('is accepted when the key signed it, with and without a body and a query', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: hub.clock.nowMs() });
    const own = signed(key);
    const { data } = await own.tracking.createTracking({
      tracking_number: '100000000007',
      slug: 'fedex',
      title: 'Größe "XL" & more',
    });
    const id = String(data.id);
    expect(
      (await own.tracking.getTrackings({ limit: 2, keyword: 'a b&c', slug: 'ups' })).data,
    ).toMatchObject({ trackings: [] });
    expect((await own.tracking.getTrackingById(id)).data.title).toBe('Größe "XL" & more');
    expect((await own.tracking.deleteTrackingById(id)).data.id).toBe(id);
    expect((await errorOf(own.tracking.retrackTrackingById(id))).meta_code).toBe(4004);
  });

  it('is refused with another secret, an old date, or RSA', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: hub.clock.nowMs() });
    const wrong = await errorOf(signed('another').tracking.getTrackings());
    expect(wrong).toMatchObject({ code: 'API_KEY_INVALID', status_code: 401 });
    expect(wrong.message).toContain('api_secret');
    vi.setSystemTime(hub.clock.nowMs() - 16 * 60_000);
    expect((await errorOf(signed(key).tracking.getTrackings())).message).toContain('15 minutes');
    const rsa = { 'as-signature-rsa-sha256': 'x' };
    expect((await errorOf(sdk.tracking.getTrackings({}, rsa))).message).toContain('RSA');
  });
});
