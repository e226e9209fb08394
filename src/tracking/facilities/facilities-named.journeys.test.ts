import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testDetails } from '../../intake/facilities/test-facility.ts';
import {
  createFacilities,
  type Facilities,
  type FacilitiesInMemory,
  type FacilityDetails,
  openFacilitiesInMemory,
} from '../../intake/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { createLog } from '../../platform/observability/log.ts';
import { registerShipment } from '../commands/register.ts';
import { body, publicTrackOf, startAcme } from '../test-acme.ts';
import type { TestTracking } from '../test-tracking.ts';
import { explainShipment, viewShipment } from '../views/view.ts';
import { type FacilityLearning, startFacilityLearning } from './learn-facilities.ts';

const LOG = createLog({ level: 'silent' });
const OTHER: Tenant = { merchantId: '00000000-0000-7000-8000-00000000000f', mode: 'test' };
const EVERYTHING = { carrier: null, country: null, type: null, source: null, called: null };

let hub: TestTracking;
let memory: FacilitiesInMemory;
let facilities: Facilities;
let learning: FacilityLearning;

beforeEach(async () => {
  hub = await startAcme({ facilityOf: (tenant, place) => memory.facilityOf(tenant, place) });
  memory = await openFacilitiesInMemory({ db: hub.db, log: LOG });
  facilities = createFacilities(hub.deps);
  learning = startFacilityLearning({ ...hub.deps, log: LOG, everyMs: null, pauseMs: 0 });
  const text = `insert into merchants (id, slug, name) values ($1, 'other', 'Other')`;
  await hub.db.pipeline.query(text, [OTHER.merchantId]);
});
afterEach(async () => {
  await learning.stop();
  await memory.close();
  await hub.close();
});

async function know(owner: Tenant | null, details: Partial<FacilityDetails> = {}): Promise<string> {
  const made = await facilities.create(owner, testDetails(details));
  if (made.kind !== 'created') throw new Error(made.kind);
  await memory.refresh();
  return made.facility.id;
}

async function register(number: string, tenant: Tenant = hub.tenant): Promise<string> {
  const { shipment } = await registerShipment(hub.deps, tenant, {
    carrier: 'acme',
    trackingNumber: number,
  });
  return shipment.id;
}

const AT_M1 = { facility: 'M1', country: 'US' };
const EIGHT = '2026-03-09T08:00:00';

const ingest = (number: string, code = 'HUB', at = EIGHT, place: object = AT_M1) =>
  hub.receive({
    carrier: 'acme',
    body: body({ number, events: [{ code, at, place, offsetMin: null }] }),
  });

const eventsOf = async (id: string, tenant: Tenant = hub.tenant) =>
  (await viewShipment(hub.deps, tenant, id))?.events;

describe('a carrier gives no zone, and the facility is known', () => {
  it('so the event has an instant, a zone and the building, and explain says whose zone', async () => {
    const facility = await know(null);
    const id = await register('Z1');
    await ingest('Z1');
    expect(await eventsOf(id)).toMatchObject([
      {
        occurredAt: '2026-03-09T13:00:00.000Z',
        occurredLocal: EIGHT,
        timeZone: 'America/Chicago',
        zoneSource: 'facility',
        facility: { id: facility, name: 'Memphis Hub', type: 'hub' },
      },
    ]);
    const explained = await explainShipment(hub.deps, hub.tenant, id);
    expect(explained?.explanation.facts[0]?.winning_observation).toMatchObject({
      zone_source: 'facility',
      zone_facility_id: facility,
    });
    expect(await publicTrackOf(hub, 'Z1')).toMatchObject({
      events: [{ occurred_at: '2026-03-09T13:00:00.000Z', time_zone: 'America/Chicago' }],
    });
  });

  it('learned later: the past stays as it was received, and the building is shown', async () => {
    const id = await register('L1');
    await ingest('L1');
    const before = await publicTrackOf(hub, 'L1');
    const facility = await know(null);
    await ingest('L1', 'OFD', '2026-03-09T09:00:00');
    const [after, past] = (await eventsOf(id)) ?? [];
    expect(after).toMatchObject({ zoneSource: 'facility' });
    expect(past).toMatchObject({
      zoneSource: 'none',
      occurredAt: null,
      facility: { id: facility },
    });
    expect(before).toMatchObject({ events: [{ occurred_at: null }] });
  });

  it('and the same inbound message read once more changes nothing, whatever was learned since', async () => {
    const id = await register('R1');
    const inboundMessage = await ingest('R1');
    await know(null);
    const again = `insert into waiting_inbound_messages (received_at, inbound_message_id, partition)
                   select received_at, id, partition from inbound_messages where id = $1`;
    expect((await hub.db.pipeline.query(again, [inboundMessage])).rowCount).toBe(1);
    await hub.worker.idle();
    expect(await eventsOf(id)).toMatchObject([{ zoneSource: 'none', occurredAt: null }]);
  });

  it('and forgotten again: what was received keeps its time', async () => {
    const facility = await know(null);
    const id = await register('F1');
    await ingest('F1');
    await facilities.remove(null, facility);
    await memory.refresh();
    await ingest('F1', 'OFD', '2026-03-09T10:00:00');
    const [bare, stamped] = ((await eventsOf(id)) ?? []).toSorted((a, b) =>
      a.zoneSource < b.zoneSource ? 1 : -1,
    );
    expect(bare).toMatchObject({ zoneSource: 'none', facility: null });
    expect(stamped).toMatchObject({ zoneSource: 'facility', facility: null });
  });
});

describe("a merchant's own facility", () => {
  const tokyo = { timeZone: 'Asia/Tokyo', country: null };

  it("gives its zone to that merchant's parcels and to nobody else's", async () => {
    await know(null);
    await know(hub.tenant, tokyo);
    const [mine, theirs] = [await register('T1'), await register('T1', OTHER)];
    await ingest('T1');
    expect(await eventsOf(mine)).toMatchObject([{ timeZone: 'Asia/Tokyo' }]);
    expect(await eventsOf(theirs, OTHER)).toMatchObject([{ timeZone: 'America/Chicago' }]);
  });

  it.each([
    ['with one of the deployment’s', true, '2026-03-09T13:00:00.000Z'],
    ['without', false, null],
  ])(
    'does not change the page that several merchants share, %s',
    async (_, shared, occurred_at) => {
      if (shared) await know(null);
      await know(hub.tenant, tokyo);
      for (const [number, first] of [
        ['P1', true],
        ['P2', false],
      ] as const) {
        await register(number, first ? hub.tenant : OTHER);
        await register(number, first ? OTHER : hub.tenant);
        await ingest(number);
        expect(await publicTrackOf(hub, number)).toMatchObject({ events: [{ occurred_at }] });
      }
    },
  );
});

/** A live parcel that passes a place each day, and is delivered. */
async function deliver(number: string, day: number, tenant: Tenant, by = ingest): Promise<void> {
  await register(number, tenant);
  const date = `2026-03-${String(day).padStart(2, '0')}`;
  const place = { facility: 'AUSTIN SORT', city: 'AUSTIN', region: 'TX', country: 'US' };
  await by(number, 'HUB', `${date}T02:00:00`, place);
  await by(number, 'DEL', `${date}T09:00:00`, {});
}

const learned = () =>
  facilities.list(null, { ...EVERYTHING, source: 'learned' }, { after: null, limit: 9 });

describe('learning', () => {
  const withOffset: typeof ingest = (number, code = '', at = '', place = {}) =>
    hub.receive({
      carrier: 'acme',
      body: body({ number, events: [{ code, at, place, offsetMin: -360 }] }),
    });

  it('learns from each ended live parcel once, and then the learned zone helps', async () => {
    const live: Tenant = { ...hub.tenant, mode: 'live' };
    for (let day = 1; day <= 5; day += 1) await deliver(`D${day}`, day, live, withOffset);
    expect(await learning.run()).toBe(5);
    expect(await learning.run()).toBe(0);
    expect(await learned()).toMatchObject([
      { code: 'AUSTIN SORT', type: 'sort_center', parcels: 5, zone: 'America/Chicago' },
    ]);
    await memory.refresh();
    const id = await register('N1');
    await ingest('N1', 'HUB', EIGHT, { facility: 'Austin Sort' });
    expect(await eventsOf(id)).toMatchObject([{ zoneSource: 'facility' }]);
  });

  it('does not count a parcel again when its end is published again after renormalizing', async () => {
    const live: Tenant = { ...hub.tenant, mode: 'live' };
    for (let day = 1; day <= 5; day += 1) await deliver(`D${day}`, day, live, withOffset);
    await learning.run();
    const tellAgain = (remapped: object) =>
      hub.db.owner.query(
        `insert into event_log (shard, id, merchant_id, mode, subject_id, sequence, type,
           occurred_at, recorded_at, data, previous_attributes)
         select shard, gen_random_uuid(), merchant_id, mode, subject_id, sequence + 100, type,
           occurred_at, recorded_at, data || $1::jsonb, previous_attributes
         from event_log where type = 'shipment.status_changed' and data->>'status' = 'delivered'`,
        [JSON.stringify(remapped)],
      );
    await tellAgain({ remapped: true });
    expect(await learning.run()).toBe(0);
    expect(await learned()).toMatchObject([{ parcels: 5 }]);
  });

  it('learns nothing from test parcels, which anybody can make up', async () => {
    for (let day = 1; day <= 8; day += 1) await deliver(`D${day}`, day, hub.tenant, withOffset);
    await learning.run();
    expect(await learned()).toEqual([]);
  });

  it('learns nothing from pushes to a merchant’s own account', async () => {
    const live: Tenant = { ...hub.tenant, mode: 'live' };
    const owner = { ...live, accountId: crypto.randomUUID() };
    const forged: typeof ingest = (number, code = '', at = '', place = {}) =>
      hub.receive({
        carrier: 'acme',
        owner,
        body: body({ number, events: [{ code, at, place, offsetMin: -360 }] }),
      });
    for (let day = 1; day <= 8; day += 1) await deliver(`D${day}`, day, live, forged);
    expect(await learning.run()).toBe(8);
    expect(await learned()).toEqual([]);
  });

  it('continues where it stopped when a result could not be stored', async () => {
    const live: Tenant = { ...hub.tenant, mode: 'live' };
    for (let day = 1; day <= 5; day += 1) await deliver(`D${day}`, day, live, withOffset);
    await hub.db.owner.query('alter table facility_evidence rename to away');
    await expect(learning.run()).rejects.toThrow(/facility_evidence/);
    await hub.db.owner.query('alter table away rename to facility_evidence');
    await learning.run();
    expect(await learned()).toMatchObject([{ parcels: 5 }]);
  });
});
