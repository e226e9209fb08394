import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MoveProgress, moveIn, NOT_MOVED } from '../../src/http/compat/move/move-in.ts';
import { moveOut } from '../../src/http/compat/move/move-out.ts';
import { readMoveCsv } from '../../src/http/compat/move/read-csv.ts';
import { readService } from '../../src/http/compat/move/read-service.ts';
import { storeParcels } from '../../src/http/compat/move/store-parcels.ts';
import type { MoveService, ReadableService } from '../../src/http/compat/services.ts';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import type { Tenant } from '../../src/kernel/tenant.ts';
import { createEgress } from '../../src/platform/net/egress.ts';
import {
  aftershipTrackings,
  easypostTrackers,
  type MoveStub,
  startAftershipStub,
  startEasypostStub,
} from '../support/compat/move-stub.ts';

/** `WAYBILL_MOVE_PARCELS=10000 npx vitest run test/compat/move.journeys.test.ts` takes some minutes. */
const PARCELS = Number(process.env['WAYBILL_MOVE_PARCELS'] ?? 330);
/** Only ends what hangs: the longest test reads all parcels twice and stores them once. */
const TIMEOUT_MS = 180_000 + 90 * PARCELS;
const NOW_MS = Date.UTC(2026, 2, 10, 12, 0, 0);

const egress = createEgress({ allow: ['127.0.0.0/8'] });
let hub: TestHub;
beforeAll(async () => {
  hub = await createTestHub();
});
afterAll(async () => {
  egress.close();
  await hub?.close();
});

type Json = Readonly<Record<string, unknown>>;

/** A merchant of its own, which calls the drop-in APIs of the hub. */
async function newMerchant(merchant: string) {
  const { text, tenant } = await hub.newKey({ merchant, mode: 'live' });
  const get = async (path: string): Promise<{ status: number; json: Json }> => {
    const basic = Buffer.from(`${text}:`).toString('base64');
    const authorization = path.includes('/easypost/') ? `Basic ${basic}` : `Bearer ${text}`;
    const answer = await fetch(`${hub.url}${path}`, {
      headers: { authorization, ...(path.includes('/aftership/') ? { 'as-api-key': text } : {}) },
    });
    return { status: answer.status, json: (await answer.json()) as Json };
  };
  return { tenant, get };
}

interface Run {
  readonly before?: MoveProgress;
  readonly isDryRun?: boolean;
  /** Stops after so many pages. */
  readonly pages?: number;
}

async function move(
  service: ReadableService,
  stub: MoveStub,
  tenant: Tenant,
  { before = NOT_MOVED, isDryRun = false, pages = Number.POSITIVE_INFINITY }: Run = {},
): Promise<MoveProgress> {
  const pauses: number[] = [];
  const deps = {
    egress,
    pause: async (ms: number) => void pauses.push(ms),
    nowMs: () => hub.clock.nowMs(),
  };
  const access = { service, url: stub.url, key: 'a key', mode: 'live' as const };
  const read = readService(deps, hub.adapters, access, before.cursor);
  let done = 0;
  const progress = await moveIn(hub.tracking, tenant, read, {
    ...{ service, isDryRun, before },
    onProgress: async () => {
      done += 1;
      return done < pages;
    },
  });
  expect(pauses.every((ms) => ms === 2_000)).toBe(true);
  return progress;
}

async function exported(tenant: Tenant, service: MoveService): Promise<string> {
  let text = '';
  for await (const piece of moveOut(hub.tracking, hub.adapters, tenant, service)) text += piece;
  return text;
}

/** Returns these members of an object, and of the objects in it. */
function only(value: unknown, members: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((each) => only(each, members));
  if (typeof value !== 'object' || value === null) return value;
  const own = Object.entries(value).filter(([name]) => members.includes(name));
  return Object.fromEntries(own.map(([name, each]) => [name, only(each, members)]));
}

const TRACKER_MEMBERS = [
  ...['id', 'object', 'mode', 'tracking_code', 'status', 'status_detail', 'created_at', 'weight'],
  ...['est_delivery_date', 'carrier', 'finalized', 'tracking_details', 'datetime', 'source'],
  ...['carrier_code', 'tracking_location', 'city', 'state', 'country', 'zip', 'carrier_detail'],
  ...['service', 'destination_tracking_location'],
];
const TRACKING_MEMBERS = [
  ...['id', 'legacy_id', 'created_at', 'tracking_number', 'slug', 'title', 'tag', 'subtag'],
  ...['order_id', 'order_number', 'custom_fields', 'customers', 'role', 'name', 'email', 'shop'],
  ...['destination_country_region', 'destination_city', 'destination_postal_code', 'checkpoints'],
  ...['shipment_tags', 'checkpoint_time', 'city', 'state', 'postal_code', 'country_region'],
];

const SERVICES = [
  {
    service: 'easypost' as const,
    items: easypostTrackers(PARCELS, NOW_MS),
    start: startEasypostStub,
    members: TRACKER_MEMBERS,
    listIn: (json: Json) => json['trackers'],
    pathOf: (id: unknown) => `/compat/easypost/v2/trackers/${id}`,
    shownId: (json: Json) => json['id'],
  },
  {
    service: 'aftership' as const,
    items: aftershipTrackings(PARCELS, NOW_MS),
    start: startAftershipStub,
    members: TRACKING_MEMBERS,
    listIn: (json: Json) => Object(json['data']).trackings,
    pathOf: (id: unknown) => `/compat/aftership/tracking/2026-07/trackings/${id}`,
    shownId: (json: Json) => Object(json['data']).id,
  },
];

const OPTIONS = { timeout: TIMEOUT_MS };

describe.each(SERVICES)('a move from $service', OPTIONS, ({ service, items, ...given }) => {
  let stub: MoveStub;
  let own: Awaited<ReturnType<typeof newMerchant>>;
  beforeAll(async () => {
    stub = await given.start(items);
    own = await newMerchant(`moved-${service}`);
  });
  afterAll(() => stub.close());

  it('only counts in a dry run', async () => {
    const counted = await move(service, stub, own.tenant, { isDryRun: true, pages: 1 });
    expect(counted).toMatchObject({ moved: 100, alreadyThere: 0, refusedCount: 0 });
    expect(given.listIn(JSON.parse(await exported(own.tenant, service)))).toEqual([]);
  });

  it('loses and repeats nothing, however often it is cut', async () => {
    const first = await move(service, stub, own.tenant, { pages: 1 });
    const second = await move(service, stub, own.tenant, { before: first, pages: 2 });
    // The cut came before the progress of the last page was stored: the page is read again.
    const rest = await move(service, stub, own.tenant, { before: first });
    expect(second.moved).toBe(300);
    expect(rest).toMatchObject({ moved: 100 + PARCELS - 300, refusedCount: 0, isFinished: true });
    const again = await move(service, stub, own.tenant);
    expect(again).toMatchObject({ moved: 0, alreadyThere: PARCELS });
    expect(stub.requests.every((each) => each.startsWith('GET '))).toBe(true);
  });

  it('gives the same back out: ids, statuses and history', async () => {
    const list = given.listIn(JSON.parse(await exported(own.tenant, service)));
    expect(only(list, given.members)).toEqual(only(items, given.members));
  });

  it('answers under the ids of the service', async () => {
    for (const { id, legacy_id: legacyId } of [items[0], items[1], items.at(-1)].map(Object)) {
      for (const each of legacyId === undefined ? [id] : [id, legacyId]) {
        const { status, json } = await own.get(given.pathOf(each));
        expect([status, given.shownId(json)]).toEqual([200, id]);
      }
    }
  });

  it('notifies nobody, and confirms nothing', async () => {
    const { json } = await own.get('/v1/events?limit=100');
    const events = json['data'] as readonly Json[];
    expect(events.length).toBeGreaterThan(50);
    expect(events.filter((event) => Object(event['data']).quiet !== true)).toEqual([]);
    const delivered = await own.get('/v1/shipments?status=delivered&limit=1');
    const [shipment] = delivered.json['data'] as readonly Json[];
    expect(shipment).toMatchObject({ status: 'delivered', confirmed: false });
  });
});

it('history that a cut left out is added by the next move', async () => {
  const { tenant } = await newMerchant('cut');
  const [tracker] = easypostTrackers(1, NOW_MS);
  const stub = await startEasypostStub([{ ...tracker, id: `trk_${'b'.repeat(32)}` }]);
  let contexts = 0;
  const cut = {
    ...hub.tracking,
    context: () => {
      contexts += 1;
      if (contexts > 1) throw new Error('cut');
      return hub.tracking.context();
    },
  };
  const deps = { egress, pause: async () => {}, nowMs: () => hub.clock.nowMs() };
  const access = { service: 'easypost' as const, url: stub.url, key: 'k', mode: 'live' as const };
  for await (const { parcels } of readService(deps, hub.adapters, access, null)) {
    const usable = parcels.flatMap((each) => ('parcel' in each ? [each.parcel] : []));
    const interrupted = { tracking: cut, tenant, service: 'easypost' as const };
    await expect(storeParcels(interrupted, usable)).rejects.toThrow('cut');
  }
  const report = await move('easypost', stub, tenant);
  expect(report).toMatchObject({ moved: 0, alreadyThere: 1 });
  const { trackers } = JSON.parse(await exported(tenant, 'easypost'));
  expect(trackers[0].tracking_details).toHaveLength(6);
  await stub.close();
});

it('starts over when the service has forgotten where the move was cut', async () => {
  const { tenant } = await newMerchant('forgotten');
  const trackings = aftershipTrackings(3, NOW_MS).map(({ legacy_id: _, id, ...rest }) => ({
    ...rest,
    id: id.replace(/^f/, 'e'),
  }));
  const stub = await startAftershipStub(trackings);
  const before = { ...NOT_MOVED, moved: 100, cursor: 'gone' };
  const report = await move('aftership', stub, tenant, { before });
  expect(report).toMatchObject({ moved: 3, alreadyThere: 0, isFinished: true });
  expect(stub.requests).toHaveLength(2);
  await stub.close();
});

it('one character that PostgreSQL cannot store does not stop the move', async () => {
  const { tenant } = await newMerchant('unstorable');
  const [tracker] = easypostTrackers(1, NOW_MS);
  const [detail] = Object(tracker).tracking_details;
  const details = [{ ...detail, carrier_code: 'A\0', status_detail: 'label_created\ud800' }];
  const id = `trk_${'a'.repeat(32)}`;
  const stub = await startEasypostStub([{ ...tracker, id, tracking_details: details }]);
  expect(await move('easypost', stub, tenant)).toMatchObject({ moved: 1, isFinished: true });
  const { trackers } = JSON.parse(await exported(tenant, 'easypost'));
  expect(trackers[0].tracking_details).toMatchObject([{ carrier_code: 'A\ufffd' }]);
  await stub.close();
});

it('what the hub cannot register is refused with the reason, and the rest is moved', async () => {
  const { tenant } = await newMerchant('refused');
  const [one, two, three] = easypostTrackers(3, NOW_MS).map((each) => ({
    ...each,
    id: each.id.replace(/^trk_f/, 'trk_c'),
  }));
  const stub = await startEasypostStub([
    { ...one, carrier: 'PigeonPost' },
    { ...two, mode: 'test' },
    { id: 'trk_1' },
    { ...three },
  ] as Parameters<typeof startEasypostStub>[0]);
  const report = await move('easypost', stub, tenant);
  expect(report).toMatchObject({ moved: 1, refusedCount: 3, isFinished: true });
  expect(report.refused.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('tracker/carrier'),
    expect.stringContaining('a tracker of the other mode (test)'),
    expect.stringContaining('not a tracker'),
  ]);
  await stub.close();
});

it('a parcel that is here already gets the id as a further one, and keeps its own history', async () => {
  const { tenant, get } = await newMerchant('known');
  const [tracker] = easypostTrackers(1, NOW_MS);
  const id = `trk_${'d'.repeat(32)}`;
  const stub = await startEasypostStub([{ ...tracker, id }]);
  const { text } = await hub.newKey({ merchant: 'known', mode: 'live' });
  const registered = await fetch(`${hub.url}/v1/shipments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${text}`, 'content-type': 'application/json' },
    body: JSON.stringify({ tracking_number: Object(tracker).tracking_code, carrier: 'fedex' }),
  });
  const ownId = `trk_${String(Object(await registered.json()).id).replaceAll('-', '')}`;
  hub.clock.advance(1_000);
  expect(await move('easypost', stub, tenant)).toMatchObject({ moved: 0, alreadyThere: 1 });
  for (const each of [id, ownId]) {
    const { status, json } = await get(`/compat/easypost/v2/trackers/${each}`);
    expect([status, json['tracking_details']]).toEqual([200, []]);
  }
  await stub.close();
});

it('a parcel of another customer’s order is refused, and stays as it is', async () => {
  const { tenant, get } = await newMerchant('shared');
  const [tracking] = aftershipTrackings(1, NOW_MS).map((each) => ({
    ...each,
    ...{ id: 'shared', legacy_id: null, order_id: 'B-2', order_number: null },
    customers: [{ role: 'receiver', email: 'b@example.com' }],
  }));
  const stub = await startAftershipStub([tracking] as Parameters<typeof startAftershipStub>[0]);
  const { text } = await hub.newKey({ merchant: 'shared', mode: 'live' });
  await fetch(`${hub.url}/v1/shipments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${text}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      tracking_number: Object(tracking).tracking_number,
      carrier: Object(tracking).slug,
      order_id: 'A-1',
      recipient: { email: 'a@example.com' },
    }),
  });
  for (const isDryRun of [true, false]) {
    const report = await move('aftership', stub, tenant, { isDryRun });
    expect(report).toMatchObject({ moved: 0, alreadyThere: 0, refusedCount: 1 });
    expect(report.refused).toEqual([{ id: 'shared', reason: expect.stringContaining('A-1') }]);
  }
  const { data } = (await get('/v1/shipments')).json as { data: Json[] };
  expect(data.map((each) => each['order_ids'])).toEqual([['A-1']]);
  await stub.close();
});

it('an exported CSV file can be moved to another merchant, with history', OPTIONS, async () => {
  const { tenant } = await newMerchant('moved-aftership');
  const text = await exported(tenant, 'csv');
  const other = await newMerchant('from-csv');
  const withoutIds = (csv: string) => csv.replace(/^[0-9a-f-]{36},/gm, '');
  const bytes = () => Readable.from([Buffer.from(text)]);
  const how = {
    ...{ service: 'csv' as const, isDryRun: false, before: NOT_MOVED },
    onProgress: async () => true,
  };
  for (const moved of [PARCELS, 0]) {
    const pages = readMoveCsv(hub.adapters, bytes(), hub.clock.nowMs());
    const report = await moveIn(hub.tracking, other.tenant, pages, how);
    expect(report).toMatchObject({ moved, alreadyThere: PARCELS - moved, refusedCount: 0 });
  }
  expect(withoutIds(await exported(other.tenant, 'csv'))).toBe(withoutIds(text));
});
