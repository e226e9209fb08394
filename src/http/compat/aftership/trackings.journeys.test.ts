import { AfterShip, type AftershipError } from '@aftership/tracking-sdk';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Polling } from '../../api/pulling/routes.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

/** AfterShip's own SDK, unmodified, against a hub: only the address and the key are other ones. */
let hub: TestHub;
let sdk: AfterShip;
let call: Caller;
let refreshed: string[] = [];
const polling: Polling = {
  explain: async () => null,
  refresh: async (_, { trackingNumber }) => {
    refreshed.push(trackingNumber);
    return { outcome: 'queued', nextPollAtMs: 0 };
  },
  health: async () => null,
  credentialsChanged: async () => {},
  accountsChanged: () => {},
  ruleChanged: async () => {},
};

beforeAll(async () => {
  hub = await createTestHub({ polling });
  ({ sdk, call } = await newMerchant('demo'));
});
afterAll(() => hub.close());

async function newMerchant(merchant: string) {
  const { text } = await hub.newKey({ merchant });
  const domain = `${hub.url}/compat/aftership`;
  return {
    sdk: new AfterShip({ api_key: text, domain, max_retry: 0 }),
    call: callerOf(hub, text),
  };
}

let next = 100_000_000_000;
/** A number that no other test uses. */
function freshNumber(): string {
  next += 7;
  return String(next);
}

async function created(more: object = {}) {
  const { data } = await sdk.tracking.createTracking({
    tracking_number: freshNumber(),
    slug: 'fedex',
    ...more,
  });
  return { ...data, id: String(data.id) };
}

async function errorOf(request: Promise<unknown>): Promise<AftershipError> {
  return request.then(
    () => Promise.reject(new Error('it was accepted')),
    (error: AftershipError) => error,
  );
}

/** Runs `work` and returns how often it searched the table of shipments. */
async function searchesOf(work: () => Promise<unknown>): Promise<number> {
  const query = vi.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    const sent = query.mock.calls.map(([first]: readonly unknown[]) =>
      typeof first === 'string' ? first : String(Object(first).text),
    );
    return sent.filter((text) => /\bfrom shipments\b/.test(text)).length;
  } finally {
    query.mockRestore();
  }
}

describe('a new tracking', () => {
  it('is shown with everything that was sent', async () => {
    const number = freshNumber();
    const { data, response_headers: headers } = await sdk.tracking.createTracking({
      tracking_number: number,
      slug: 'fedex',
      title: 'Order 1001',
      order_id: 'gid-1001',
      order_number: '1001',
      custom_fields: { shop: 'berlin' },
      language: 'de',
      note: 'Ring twice',
      shipment_type: 'ground',
      shipment_tags: ['spring-sale'],
      order_promised_delivery_date: { promised_delivery_date: '2026-03-14T00:00:00+01:00' },
      origin_country_region: 'USA',
      origin_postal_code: '60607',
      destination_country_region: 'DEU',
      destination_city: 'Berlin',
      destination_postal_code: '10115',
      customers: [
        { role: 'buyer', name: 'B. Example' },
        { role: 'receiver', name: 'A. Example', email: 'a@example.com' },
      ],
    });
    expect(data).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      tracking_number: number,
      slug: 'fedex',
      active: true,
      tag: 'Pending',
      subtag: 'Pending_001',
      title: 'Order 1001',
      order_id: 'gid-1001',
      order_number: '1001',
      custom_fields: { shop: 'berlin' },
      language: 'de',
      note: 'Ring twice',
      shipment_type: 'ground',
      shipment_tags: ['spring-sale'],
      order_promised_delivery_date: { promised_delivery_date: '2026-03-14' },
      origin_country_region: 'USA',
      destination_country_region: 'DEU',
      destination_city: 'Berlin',
      customers: [{ role: 'receiver', name: 'A. Example', email: 'a@example.com' }],
      checkpoints: [],
      created_at: '2026-03-10T12:00:00+00:00',
    });
    expect(headers).toMatchObject({
      'x-ratelimit-limit': expect.stringMatching(/^\d+$/),
      'x-ratelimit-remaining': expect.stringMatching(/^\d+$/),
      'x-ratelimit-reset': expect.stringMatching(/^\d{10}$/),
    });
    const same = await call('GET', `/shipments?tracking_number=${number}`);
    expect(same.body['data']).toMatchObject([
      { carrier: 'fedex', order_ids: ['gid-1001', '1001'], tags: ['spring-sale'] },
    ]);
  });

  it('gets its courier from its number, or from any name of it', async () => {
    const ups = await sdk.tracking.createTracking({ tracking_number: '1Z999AA10123456784' });
    expect(ups.data.slug).toBe('ups');
    expect((await created({ slug: 'FedEx-API' })).slug).toBe('fedex');
  });

  it('is refused with the id of the one that exists, which it does not change', async () => {
    const { id, tracking_number: number = '' } = await created();
    const again = { tracking_number: number, slug: 'fedex', order_id: 'other' };
    const error = await errorOf(sdk.tracking.createTracking(again));
    expect(error).toMatchObject({
      code: 'TRACKING_ALREADY_EXIST',
      meta_code: 4003,
      status_code: 400,
    });
    expect(JSON.parse(error.response_body).data).toEqual({
      id,
      tracking_number: number,
      slug: 'fedex',
    });
    expect((await sdk.tracking.getTrackingById(id)).data.order_id).toBeNull();
  });

  it('keeps an id of the caller’s own, which nobody else can use', async () => {
    const { id } = await created({ id: 'my-own-id' });
    expect(id).toBe('my-own-id');
    expect((await sdk.tracking.getTrackingById('my-own-id')).data.id).toBe('my-own-id');
    const { trackings = [] } = (await sdk.tracking.getTrackings()).data;
    expect(trackings.map((each) => each.id)).toContain('my-own-id');
    expect(await errorOf(created({ id: 'my-own-id' }))).toMatchObject({ meta_code: 4008 });
    const other = await newMerchant('other');
    expect(await errorOf(other.sdk.tracking.getTrackingById('my-own-id'))).toMatchObject({
      code: 'TRACKING_DOES_NOT_EXIST',
      meta_code: 4004,
    });
  });

  it('is not registered if its id cannot be stored', async () => {
    const { id: other } = await created();
    // Stored, but under no tracking that could be found: as if it was taken a moment later.
    await hub.db.pipeline.query(
      `insert into external_ids
         (merchant_id, mode, service, external_id, shipment_id, created_at, deleted_at)
       select merchant_id, mode, 'aftership', 'just-taken', id, created_at, created_at
       from shipments where id = $1`,
      [uuidOf(other)],
    );
    const number = freshNumber();
    const error = await errorOf(created({ id: 'just-taken', tracking_number: number }));
    expect(error.meta_code).toBe(4008);
    const { data } = await sdk.tracking.getTrackings({ tracking_numbers: number });
    expect(data.trackings).toEqual([]);
  });

  it('is refused with the id that the one that exists has in every other answer', async () => {
    const { id, tracking_number: number = '' } = await created({ id: 'shown-everywhere' });
    const error = await errorOf(created({ tracking_number: number }));
    expect([error.meta_code, JSON.parse(error.response_body).data.id]).toEqual([4003, id]);
    expect(error.message).toContain(id);
  });

  it.each([
    [{ tracking_number: '' }, 4005],
    [{ tracking_number: undefined }, 4007],
    [{ slug: 'nobody' }, 4010],
    [{ slug: undefined, tracking_number: 'no-carrier-1' }, 4012],
    [{ destination_country_region: 'Germany' }, 4008],
    [{ customers: [{ email: 'nobody' }] }, 4008],
    [{ custom_fields: { deep: { er: 1 } } }, 4008],
    [{ note: 'x'.repeat(501) }, 4008],
    [{ shipment_tags: 'one' }, 4008],
    [{ order_promised_delivery_date: { promised_delivery_date: 'soon' } }, 4008],
  ])('is refused for %j with the meta code %d', async (wrong, meta) => {
    const sent = { tracking_number: freshNumber(), slug: 'fedex', ...wrong };
    const error = await errorOf(sdk.tracking.createTracking(sent as never));
    expect([error.meta_code, error.status_code]).toEqual([meta, 400]);
  });

  it('asks for a slug if the number does not tell the courier', async () => {
    const error = await errorOf(created({ slug: undefined, tracking_number: 'no-known-form-1' }));
    expect(error.message).toBe(
      'The courier cannot be determined from the tracking number. Send slug; GET /couriers lists what it may be.',
    );
  });

  it('names the member of AfterShip’s that cannot be used', async () => {
    const error = await errorOf(created({ destination_country_region: 'Germany', note: '' }));
    expect(error.message).toContain('destination_country_region: ');
    expect(await errorOf(created({ custom_fields: { deep: [] } }))).toMatchObject({
      message: expect.stringContaining('custom_fields.deep: '),
    });
    expect(await errorOf(created({ title: 'x'.repeat(501) }))).toMatchObject({
      message: expect.stringContaining('title: '),
    });
  });
});

describe('trackings', () => {
  it('are listed page by page, the newest first and each once', async () => {
    const { sdk: own } = await newMerchant('pages');
    const numbers: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      hub.clock.advance(1_000);
      const number = freshNumber();
      numbers.unshift(number);
      await own.tracking.createTracking({ tracking_number: number, slug: 'fedex' });
    }
    const found: (string | undefined)[] = [];
    let cursor: string | undefined;
    do {
      const { data } = await own.tracking.getTrackings({ limit: 2, ...(cursor && { cursor }) });
      found.push(...(data.trackings ?? []).map((each) => each.tracking_number));
      expect(data.pagination?.total).toBe(5);
      cursor = data.pagination?.has_next_page ? data.pagination.next_cursor : undefined;
    } while (cursor !== undefined);
    expect(found).toEqual(numbers);
  });

  it('are found by each filter of AfterShip’s', async () => {
    const { sdk: own, call: callOwn } = await newMerchant('filters');
    const first = freshNumber();
    const second = freshNumber();
    const make = (more: object) => own.tracking.createTracking({ slug: 'fedex', ...more } as never);
    await make({
      tracking_number: first,
      order_id: 'A-1',
      shipment_tags: ['red', 'blue'],
      origin_country_region: 'DEU',
    });
    hub.clock.advance(3_600_000);
    const moved = await make({ tracking_number: second, destination_country_region: 'USA' });
    hub.clock.advance(1); // so that the order of the list is certain
    await make({ tracking_number: '1Z999AA10123456784', slug: 'ups' });
    const path = `/shipments/${uuidOf(String(moved.data.id))}/status`;
    await callOwn('POST', path, { status: 'picked_up' });
    const numbers = async (query: object) => {
      const { data } = await own.tracking.getTrackings(query);
      return (data.trackings ?? []).map((each) => each.tracking_number).reverse();
    };
    const third = '1Z999AA10123456784';
    const at = new Date(hub.clock.nowMs() - 1_000).toISOString();
    expect(await numbers({ tracking_numbers: `${first}, ${third}` })).toEqual([first, third]);
    expect(await numbers({ slug: 'ups' })).toEqual([third]);
    expect(await numbers({ slug: 'ups,fedex' })).toEqual([first, second, third]);
    expect(await numbers({ slug: 'nobody' })).toEqual([]);
    expect(await numbers({ order_id: 'A-1' })).toEqual([first]);
    expect(await numbers({ keyword: 'A-1' })).toEqual([first]);
    expect(await numbers({ shipment_tags: 'red' })).toEqual([first]);
    expect(await numbers({ shipment_tags: 'green,blue' })).toEqual([first]);
    expect(await numbers({ tag: 'InTransit' })).toEqual([second]);
    expect(await numbers({ tag: 'Pending' })).toEqual([first, third]);
    expect(await numbers({ tag: 'InfoReceived' })).toEqual([]);
    expect(await numbers({ tag: 'Expired' })).toEqual([]);
    expect(await numbers({ origin: 'DEU' })).toEqual([first]);
    expect(await numbers({ destination: 'USA,FRA' })).toEqual([second]);
    expect(await numbers({ created_at_min: at })).toEqual([second, third]);
    expect(await numbers({ created_at_max: at })).toEqual([first]);
    expect(await numbers({ updated_at_min: at })).toEqual([second, third]);
    expect(await numbers({ updated_at_max: at })).toEqual([first]);
    expect(await numbers({ return_to_sender: 'true' })).toEqual([]);
    expect(await numbers({ transit_time: 0 })).toEqual([second]);
    expect(await errorOf(numbers({ tag: 'Lost' }))).toMatchObject({ meta_code: 4008 });
    expect(await errorOf(numbers({ cursor: 'x' }))).toMatchObject({ meta_code: 4008 });
    expect(await errorOf(numbers({ limit: 1_000 }))).toMatchObject({ meta_code: 4008 });
  });

  it('are not filtered by an empty value', async () => {
    const { sdk: own } = await newMerchant('empty-values');
    await own.tracking.createTracking({ tracking_number: freshNumber(), slug: 'fedex' });
    const names = ['cursor', 'limit', 'keyword', 'tracking_numbers', 'slug', 'transit_time'];
    const dates = ['created_at_min', 'created_at_max', 'updated_at_min', 'updated_at_max'];
    const others = ['origin', 'destination', 'courier_destination_country_region', 'tag'];
    const rest = ['return_to_sender', 'shipment_tags', 'order_id', 'fields'];
    for (const name of [...names, ...dates, ...others, ...rest]) {
      const { data } = await own.tracking.getTrackings({ [name]: '' } as never);
      expect([name, data.trackings?.length]).toEqual([name, 1]);
    }
    await own.courier.getCouriers({ active: '', slug: '' } as never);
    await own.courierConnection.getCourierConnections({ courier_slug: '', limit: '' } as never);
  });

  it('are searched once for any count of numbers, in any spelling', async () => {
    const numbers = Array.from({ length: 12 }, freshNumber);
    for (const number of numbers.slice(0, 3)) await created({ tracking_number: number });
    const spelled = numbers.map((number) => number.replace(/(.{4})/g, '$1 '));
    const find = (sent: readonly string[]) => () =>
      sdk.tracking.getTrackings({ tracking_numbers: sent.join() });
    const { data } = await find(spelled)();
    expect(data.trackings?.map((each) => each.tracking_number).sort()).toEqual(numbers.slice(0, 3));
    const searches = await searchesOf(find(spelled.slice(0, 1)));
    expect(searches).toBeGreaterThan(0);
    expect(await searchesOf(find(spelled))).toBe(searches);
  });

  it('are not searched for a destination of the courier’s, which the hub does not know', async () => {
    await created();
    const find = () => sdk.tracking.getTrackings({ courier_destination_country_region: 'USA' });
    const { data } = await find();
    expect([data.trackings, data.pagination?.total]).toEqual([[], 0]);
    expect(await searchesOf(find)).toBe(0);
  });

  it('may be asked for some members only', async () => {
    const { id } = await created({ title: 'Only this' });
    const { data } = await sdk.tracking.getTrackingById(id, { fields: 'title,tag' });
    expect(data).toEqual({ id, title: 'Only this', tag: 'Pending' });
  });
});

describe('a tracking', () => {
  it('is changed in what is sent, and stays as it is in the rest', async () => {
    const { id } = await created({
      title: 'Before',
      note: 'Stays',
      order_number: '1001',
      custom_fields: { a: '1' },
      destination_country_region: 'DEU',
      destination_city: 'Berlin',
      customers: [{ name: 'A. Example' }],
    });
    const { data } = await sdk.tracking.updateTrackingById(id, {
      title: 'After',
      order_id: 'gid-7',
      order_number: '1002',
      custom_fields: { b: '2' },
      destination_city: 'Bonn',
      language: 'fr',
    });
    expect(data).toMatchObject({
      id,
      title: 'After',
      note: 'Stays',
      order_id: 'gid-7',
      order_number: '1002',
      custom_fields: { b: '2' },
      destination_country_region: 'DEU',
      destination_city: 'Bonn',
      language: 'fr',
      customers: [{ name: 'A. Example', language: 'fr' }],
    });
    expect((await call('GET', `/shipments/${uuidOf(id)}`)).body['order_ids']).toEqual([
      'gid-7',
      '1002',
    ]);
    expect((await sdk.tracking.updateTrackingById(id, {})).data.title).toBe('After');
    expect((await sdk.tracking.updateTrackingById(id, { slug: 'fedex' })).data.id).toBe(id);
    expect(await errorOf(sdk.tracking.updateTrackingById(id, { slug: 'ups' }))).toMatchObject({
      code: 'SLUG_INVALID',
      message: expect.stringContaining('cannot be changed'),
    });
  });

  it('keeps every one of several changes at the same moment', async () => {
    const { id } = await created();
    const fields = ['title', 'note', 'order_number', 'destination_city', 'destination_state'];
    await Promise.all(
      fields.map((field) => sdk.tracking.updateTrackingById(id, { [field]: `my ${field}` })),
    );
    expect((await sdk.tracking.getTrackingById(id)).data).toMatchObject(
      Object.fromEntries(fields.map((field) => [field, `my ${field}`])),
    );
  });

  it('shows what happened as checkpoints, with the tag of each', async () => {
    const { id } = await created();
    const statuses = ['picked_up', 'in_transit', 'out_for_delivery', 'delivery_attempted'];
    for (const status of statuses) {
      hub.clock.advance(3_600_000);
      const sent = { status, sub_status: status === 'delivery_attempted' ? 'notice_left' : null };
      await call('POST', `/shipments/${uuidOf(id)}/status`, sent);
    }
    const { data } = await sdk.tracking.getTrackingById(id);
    expect(data).toMatchObject({ tag: 'AttemptFail', subtag: 'AttemptFail_002' });
    expect(data.failed_delivery_attempts).toBe(1);
    expect(data.checkpoints).toMatchObject([
      { subtag: 'InTransit_002', source: 'user', raw_tag: 'picked_up' },
      { subtag: 'InTransit_001' },
      { subtag: 'OutForDelivery_001' },
      { subtag: 'AttemptFail_002', hash: expect.stringMatching(/^[0-9a-f]{32}$/) },
    ]);
    const listed = await sdk.tracking.getTrackings({
      tracking_numbers: data.tracking_number ?? '',
    });
    expect(listed.data.trackings).toEqual([data]);
  });

  it('is marked as completed where the hub allows it, once', async () => {
    const { id } = await created();
    const complete = (reason: string) =>
      sdk.tracking.markTrackingCompletedById(id, { reason } as never);
    const error = await errorOf(complete('DELIVERED'));
    expect(error).toMatchObject({ code: 'INVALID_REQUEST', status_code: 400 });
    expect(error.message).toContain('created cannot become delivered');
    for (const status of ['picked_up', 'out_for_delivery']) {
      hub.clock.advance(60_000);
      await call('POST', `/shipments/${uuidOf(id)}/status`, { status });
    }
    hub.clock.advance(60_000);
    const { data } = await complete('DELIVERED');
    expect(data).toMatchObject({ tag: 'Delivered', active: false });
    expect((await complete('DELIVERED')).data.checkpoints).toEqual(data.checkpoints);
    expect(await errorOf(complete('EATEN'))).toMatchObject({ meta_code: 4008 });
  });

  it('cannot have been completed in the future, except for what clocks may differ', async () => {
    const { id } = await created();
    const complete = (ms: number) =>
      sdk.tracking.markTrackingCompletedById(id, {
        reason: 'LOST',
        event_datetime: new Date(ms).toISOString(),
      } as never);
    const nowMs = hub.clock.nowMs();
    const error = await errorOf(complete(nowMs + 3_600_000));
    expect([error.meta_code, error.status_code]).toEqual([4008, 400]);
    expect(error.message).toContain('event_datetime');
    expect((await sdk.tracking.getTrackingById(id)).data.tag).toBe('Pending');
    expect((await complete(nowMs + 60_000)).data.tag).toBe('Exception');
  });

  it('that is lost is an exception', async () => {
    const { id } = await created();
    const { data } = await sdk.tracking.markTrackingCompletedById(id, {
      reason: 'LOST',
      event_datetime: '2026-03-10T12:00:00+01:00',
    } as never);
    expect(data).toMatchObject({ tag: 'Exception', subtag: 'Exception_013' });
  });

  it('is tracked again only when it is inactive', async () => {
    const { id, tracking_number: number } = await created();
    expect(await errorOf(sdk.tracking.retrackTrackingById(id))).toMatchObject({
      code: 'INACTIVE_RETRACK_NOT_ALLOWED',
      meta_code: 4013,
    });
    await hub.db.pipeline.query(`update shipments set expired = true where id = $1`, [uuidOf(id)]);
    refreshed = [];
    const { data } = await sdk.tracking.retrackTrackingById(id);
    expect([data.id, data.tag, refreshed]).toEqual([id, 'Expired', [number]]);
  });

  it('is deleted, shown once more, and then unknown under every method', async () => {
    const { id, tracking_number: number } = await created();
    expect((await sdk.tracking.deleteTrackingById(id)).data).toMatchObject({
      id,
      tracking_number: number,
    });
    const { tracking } = sdk;
    const requests = [
      () => tracking.getTrackingById(id),
      () => tracking.updateTrackingById(id, { title: 'x' }),
      () => tracking.deleteTrackingById(id),
      () => tracking.retrackTrackingById(id),
      () => tracking.markTrackingCompletedById(id, { reason: 'LOST' } as never),
      () => tracking.getTrackingById('5b74f4958776db0e00b6f5ed'),
    ];
    for (const request of requests) {
      const error = await errorOf(request());
      const { code, meta_code: meta, status_code: status } = error;
      expect([code, meta, status]).toEqual(['TRACKING_DOES_NOT_EXIST', 4004, 404]);
      const said = JSON.parse(error.response_body).meta.message;
      expect(said).toBe('There is no such tracking under this key.');
    }
    expect((await errorOf(tracking.getTrackingById('%00'))).status_code).toBe(400);
  });

  it('of another merchant or mode does not exist', async () => {
    const { id } = await created();
    const live = await hub.newKey({ merchant: 'demo', mode: 'live' });
    const domain = `${hub.url}/compat/aftership`;
    const theirs = [
      (await newMerchant('stranger')).sdk,
      new AfterShip({ api_key: live.text, domain, max_retry: 0 }),
    ];
    for (const own of theirs) {
      expect((await errorOf(own.tracking.getTrackingById(id))).meta_code).toBe(4004);
      expect((await errorOf(own.tracking.deleteTrackingById(id))).meta_code).toBe(4004);
    }
  });
});

/** The hub's own id of a tracking. */
function uuidOf(id: string): string {
  return id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
