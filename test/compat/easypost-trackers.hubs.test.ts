import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewKey } from '../../src/http/testing/test-hub.ts';
import { EasyPost } from '../support/compat/easypost-client.ts';
import { DAY_MS, HOUR_MS, openVirtualHub, type VirtualHub } from '../support/hubs/virtual-hub.ts';

/** EasyPost's own client, unmodified but for the address, against every method of trackers. */
let virtual: VirtualHub;
let client: EasyPost;
/** As the test client, of the same merchant, for parcels of real carriers. */
let live: EasyPost;

beforeAll(async () => {
  virtual = await openVirtualHub();
  await virtual.connect('sandbox');
  client = await clientOf();
  live = await clientOf({ mode: 'live' });
});
afterAll(() => virtual.close());

async function clientOf(key: NewKey = {}): Promise<EasyPost> {
  const { text } = await virtual.hub.newKey(key);
  return new EasyPost(text, { baseUrl: `${virtual.hub.url}/compat/easypost/v2/` });
}

interface BatchOfTrackers {
  retrieveBatch(wanted: { readonly tracking_codes: readonly string[] }): Promise<{
    readonly trackers: readonly { readonly tracking_code: string }[];
  }>;
}

/** Lets the hub poll the sandbox for some hours, or days. */
async function pass(ms: number): Promise<void> {
  await virtual.runUntil(virtual.hub.clock.nowMs() + ms);
}

/** Lets time pass in which nothing is polled. */
function skip(ms: number): void {
  virtual.hub.clock.advance(ms);
}

/** A number of that carrier which no other test uses. */
let used = 0;
function freshNumber(carrier: string): string {
  used += 1;
  return virtual.numbers(carrier, 1, used)[0] ?? '';
}

/** Sets a status, as the merchant may with `/v1`. */
async function command(id: string, status: string): Promise<void> {
  const hex = id.replace('trk_', '');
  const uuid = hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
  const { text } = await virtual.hub.newKey({ mode: 'live' });
  const answer = await fetch(`${virtual.hub.url}/v1/shipments/${uuid}/status`, {
    method: 'POST',
    headers: { authorization: `Bearer ${text}`, 'content-type': 'application/json' },
    body: JSON.stringify({ status }),
  });
  expect(answer.status).toBe(200);
}

describe('the test numbers', () => {
  const STATUSES = {
    EZ1000000001: 'pre_transit',
    EZ2000000002: 'in_transit',
    EZ3000000003: 'out_for_delivery',
    EZ4000000004: 'delivered',
    EZ5000000005: 'return_to_sender',
    EZ6000000006: 'failure',
    EZ7000000007: 'unknown',
  };

  it('get their statuses from the sandbox, whatever carrier a request names', async () => {
    const codes = Object.keys(STATUSES);
    const made = [];
    for (const code of codes) {
      made.push(await client.Tracker.create({ tracking_code: code, carrier: 'UPS' }));
    }
    expect(made.map(({ status }) => status)).toEqual(codes.map(() => 'unknown'));
    expect(new Set(made.map(({ carrier }) => carrier))).toEqual(new Set(['UPS']));
    await pass(6 * HOUR_MS);
    const now = await Promise.all(made.map(({ id }) => client.Tracker.retrieve(id)));
    expect(Object.fromEntries(now.map((each) => [each.tracking_code, each.status]))).toEqual(
      STATUSES,
    );
    expect(now.map(({ id }) => id)).toEqual(made.map(({ id }) => id));
    expect(now.map(({ mode, carrier }) => `${mode} ${carrier}`)).toEqual(
      codes.map(() => 'test UPS'),
    );
    const delivered = now.find(({ status }) => status === 'delivered');
    // An instance of the client's own class for trackers.
    expect(delivered?.constructor).toBe(made[0]?.constructor);
    expect(delivered?.tracking_details.at(-1)).toMatchObject({
      object: 'TrackingDetail',
      status: 'delivered',
      status_detail: 'arrived_at_destination',
      source: 'UPS',
    });
  });

  it('repeat the carrier of each request, which need not be that of the first', async () => {
    const code = 'EZ1000000001';
    const again = await client.Tracker.create({ tracking_code: code, carrier: 'FedEx' });
    expect(again.carrier).toBe('FedEx');
    expect((await client.Tracker.create({ tracking_code: code, carrier: 'UPS' })).id).toBe(
      again.id,
    );
    const first = await client.Tracker.create({ tracking_code: 'EZ1000000009' });
    expect(first.carrier).toBe('USPS');
  });
});

describe('creating a tracker', () => {
  it('detects the carrier, or accepts EasyPost’s name of it in any case', async () => {
    const [detected, named] = [freshNumber('ups'), freshNumber('ups')];
    expect((await live.Tracker.create({ tracking_code: detected })).carrier).toBe('UPS');
    const tracker = await live.Tracker.create({ tracking_code: named, carrier: 'upsdap' });
    expect(tracker).toMatchObject({ carrier: 'UPS', mode: 'production', tracking_code: named });
    expect(tracker.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it('returns the same tracker for three months, then a new one for the same parcel', async () => {
    const code = freshNumber('ups');
    const first = await live.Tracker.create({ tracking_code: code, carrier: 'UPS' });
    skip(80 * DAY_MS);
    expect((await live.Tracker.create({ tracking_code: code, carrier: 'UPS' })).id).toBe(first.id);
    skip(12 * DAY_MS);
    const [second, repeated] = await Promise.all([
      live.Tracker.create({ tracking_code: code }),
      live.Tracker.create({ tracking_code: code }),
    ]);
    expect(second.id).not.toBe(first.id);
    expect(repeated.id).toBe(second.id);
    expect(Date.parse(second.created_at)).toBeGreaterThan(Date.parse(first.created_at));
    const { trackers } = await live.Tracker.all({ tracking_code: code });
    expect(trackers.map(({ id }) => id)).toEqual([second.id, first.id]);
    expect((await live.Tracker.retrieve(first.id)).id).toBe(first.id);
    const rows = await virtual.hub.db.pipeline.query(
      'select 1 from shipments where tracking_number = $1',
      [code],
    );
    expect(rows.rowCount).toBe(1);
  });

  it('begins a new instance after three months if the last has ended', async () => {
    const code = freshNumber('ups');
    const first = await live.Tracker.create({ tracking_code: code });
    await command(first.id, 'cancelled');
    skip(93 * DAY_MS);
    const second = await live.Tracker.create({ tracking_code: code });
    expect(second.id).not.toBe(first.id);
    expect(second.status).toBe('unknown');
    expect((await live.Tracker.retrieve(first.id)).status).toBe('cancelled');
    expect((await live.Tracker.create({ tracking_code: code })).id).toBe(second.id);
  });
});

describe('deleting a tracker', () => {
  it('makes its id lead nowhere; the number gets a new one, for the same parcel', async () => {
    const code = freshNumber('ups');
    const first = await live.Tracker.create({ tracking_code: code });
    await live.Tracker.delete(first.id);
    await expect(live.Tracker.retrieve(first.id)).rejects.toMatchObject({ statusCode: 404 });
    await expect(live.Tracker.delete(first.id)).rejects.toMatchObject({ statusCode: 404 });
    expect((await live.Tracker.all({ tracking_code: code })).trackers).toEqual([]);
    const tags = async () => {
      const { rows } = await virtual.hub.db.pipeline.query<{ tags: string[] }>(
        'select tags from shipments where tracking_number = $1',
        [code],
      );
      return rows.map((row) => row.tags);
    };
    expect(await tags()).toEqual([['archived']]);
    const second = await live.Tracker.create({ tracking_code: code });
    expect(second.id).not.toBe(first.id);
    expect(await tags()).toEqual([[]]);
    await expect(live.Tracker.retrieve(first.id)).rejects.toMatchObject({ statusCode: 404 });
    expect((await live.Tracker.retrieve(second.id)).tracking_code).toBe(code);
    await live.Tracker.delete(second.id);
    expect((await live.Tracker.create({ tracking_code: code })).id).not.toBe(second.id);
  });

  it('lets a parcel that has ended begin again', async () => {
    const code = freshNumber('ups');
    const first = await live.Tracker.create({ tracking_code: code });
    await command(first.id, 'cancelled');
    await live.Tracker.delete(first.id);
    const second = await live.Tracker.create({ tracking_code: code });
    expect(second).toMatchObject({ status: 'unknown', tracking_code: code });
    expect(second.id).not.toBe(first.id);
  });

  it('keeps a test number’s history, because the sandbox would not repeat it', async () => {
    const first = await client.Tracker.create({ tracking_code: 'EZ4000000004' });
    await client.Tracker.delete(first.id);
    const second = await client.Tracker.create({ tracking_code: 'EZ4000000004' });
    expect(second.id).not.toBe(first.id);
    expect(second.status).toBe('delivered');
  });
});

describe('lists', () => {
  let own: EasyPost;
  const ids: string[] = [];
  beforeAll(async () => {
    own = await clientOf({ merchant: 'lists' });
    for (let n = 1; n <= 7; n += 1) {
      const { id } = await own.Tracker.create({ tracking_code: `EZ000000010${n}` });
      ids.unshift(id);
      skip(HOUR_MS);
    }
    await own.Tracker.create({ tracking_code: freshNumber('ups') }).then(({ id }) =>
      ids.unshift(id),
    );
  });

  const idsOf = ({ trackers }: { readonly trackers: readonly { readonly id: string }[] }) =>
    trackers.map(({ id }) => id);

  it('are newest first, and the client pages through them to the end', async () => {
    let page = await own.Tracker.all({ page_size: 3 });
    const found = [...idsOf(page)];
    while (page.has_more) {
      page = await own.Tracker.getNextPage(page);
      found.push(...idsOf(page));
    }
    expect(found).toEqual(ids);
    await expect(own.Tracker.getNextPage(page)).rejects.toThrow('no more pages');
    const whole = await own.Tracker.all();
    expect([idsOf(whole), whole.has_more]).toEqual([ids, false]);
  });

  it('leave out deleted trackers, and have second ones in their place', async () => {
    const [newest, gone, ...others] = ids;
    const { tracking_code: code } = await own.Tracker.retrieve(gone ?? '');
    await own.Tracker.delete(gone ?? '');
    expect(idsOf(await own.Tracker.all({ page_size: 2 }))).toEqual([newest, others[0]]);
    const { id } = await own.Tracker.create({ tracking_code: code });
    const listed = idsOf(await own.Tracker.all({ page_size: 100 }));
    expect(new Set(listed)).toEqual(new Set([id, newest, ...others]));
    expect(listed.slice(2)).toEqual(others);
    // A client that deletes while it pages goes on from where it was.
    expect(idsOf(await own.Tracker.all({ before_id: gone ?? '' }))).toEqual(others);
    await own.Tracker.delete(id);
    ids.splice(1, 1);
  });

  it('go on behind any number of deleted trackers, and of parcels with another id', async () => {
    const many = await clientOf({ merchant: 'deleting' });
    const made: string[] = [];
    for (let n = 100; n < 130; n += 1) {
      const { id } = await many.Tracker.create({ tracking_code: `EZ0000001${n}` });
      made.unshift(id);
      skip(HOUR_MS);
    }
    const [newest = '', ...others] = made;
    const oldest = others.at(-1) ?? '';
    const gone = others.slice(0, -1);
    const moved = gone.splice(0, 14);
    await Promise.all(gone.map((id) => many.Tracker.delete(id)));
    // As if they had come from EasyPost with other ids, which were deleted.
    await virtual.hub.db.pipeline.query(
      `insert into external_ids
         (merchant_id, mode, service, external_id, shipment_id, created_at, deleted_at)
       select merchant_id, mode, 'easypost', 'trk_' || md5(id::text), id, created_at, now()
       from shipments where 'trk_' || replace(id::text, '-', '') = any($1)`,
      [moved],
    );
    const first = await many.Tracker.all({ page_size: 1 });
    expect([idsOf(first), first.has_more]).toEqual([[newest], true]);
    const second = await many.Tracker.getNextPage(first);
    expect([idsOf(second), second.has_more]).toEqual([[oldest], false]);
    const whole = await many.Tracker.all({ after_id: oldest });
    expect([idsOf(whole), whole.has_more]).toEqual([[newest], false]);
  });

  it('begin and end at an id or a time', async () => {
    const [, second = '', third = '', fourth = ''] = ids;
    expect(idsOf(await own.Tracker.all({ before_id: third, page_size: 1 }))).toEqual([fourth]);
    // As the client asks for the next page of a list without a page size.
    const next = await own.Tracker.all({ before_id: third, page_size: null } as object);
    expect(idsOf(next)).toEqual(ids.slice(3));
    expect(idsOf(await own.Tracker.all({ after_id: third }))).toEqual(ids.slice(0, 2));
    expect(idsOf(await own.Tracker.all({ after_id: fourth, before_id: second }))).toEqual([third]);
    const at = (await own.Tracker.retrieve(third)).created_at;
    const since = new Date(Date.parse(at) + 1_000).toISOString();
    expect(idsOf(await own.Tracker.all({ start_datetime: since }))).toEqual(ids.slice(0, 2));
    expect(idsOf(await own.Tracker.all({ end_datetime: since }))).toEqual(ids.slice(2));
    expect(idsOf(await own.Tracker.all({ end_datetime: '2020-01-01' }))).toEqual([]);
  });

  it('are filtered by code and by EasyPost’s name of the carrier', async () => {
    const upsId = ids[0] ?? '';
    expect(idsOf(await own.Tracker.all({ carrier: 'UPS' }))).toEqual([upsId]);
    expect(idsOf(await own.Tracker.all({ carrier: 'USPS' }))).toEqual(ids.slice(1));
    const code = 'EZ0000000103';
    const [found, ...more] = (await own.Tracker.all({ tracking_code: code.toLowerCase() }))
      .trackers;
    expect([found?.tracking_code, more]).toEqual([code, []]);
    expect(idsOf(await own.Tracker.all({ tracking_code: code, carrier: 'UPS' }))).toEqual([]);
  });

  it('of codes have each tracker with any of them', async () => {
    const codes = ['EZ0000000101', 'ez 0000000102', 'EZ0000000199'];
    // Its types do not have this method.
    const { retrieveBatch } = own.Tracker as object as BatchOfTrackers;
    const { trackers } = await retrieveBatch.call(own.Tracker, { tracking_codes: codes });
    expect(trackers.map((each) => each.tracking_code)).toEqual([
      ...['EZ0000000102', 'EZ0000000101'],
    ]);
  });

  it('and trackers of other merchants and of the other mode stay hidden', async () => {
    const [other, theirLive] = [
      await clientOf({ merchant: 'stranger' }),
      await clientOf({ merchant: 'lists', mode: 'live' }),
    ];
    for (const stranger of [other, theirLive]) {
      expect((await stranger.Tracker.all()).trackers).toEqual([]);
      const id = ids[0] ?? '';
      await expect(stranger.Tracker.retrieve(id)).rejects.toMatchObject({ statusCode: 404 });
      await expect(stranger.Tracker.delete(id)).rejects.toMatchObject({ statusCode: 404 });
      await expect(stranger.Tracker.all({ before_id: id })).rejects.toMatchObject({
        statusCode: 404,
      });
    }
  });
});

it('a parcel erased by `/v1` has no tracker any more', async () => {
  const { id } = await client.Tracker.create({ tracking_code: 'EZ0000000999' });
  const { text } = await virtual.hub.newKey();
  const { trackers } = await client.Tracker.all({ tracking_code: 'EZ0000000999' });
  const listed = await fetch(`${virtual.hub.url}/v1/shipments?tracking_number=EZ0000000999`, {
    headers: { authorization: `Bearer ${text}` },
  }).then((answer) => answer.json());
  expect(trackers[0]?.public_url).toBe(listed.data[0].tracking_url);
  await fetch(`${virtual.hub.url}/v1/shipments/${listed.data[0].id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${text}` },
  });
  await expect(client.Tracker.retrieve(id)).rejects.toMatchObject({ statusCode: 404 });
});
