import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Tenant } from '../../kernel/tenant.ts';
import { withTenant, withTransaction } from '../../platform/database/database.ts';
import { createLog } from '../../platform/observability/log.ts';
import { openTestIntake, type TestIntake } from '../test-intake.ts';
import type { PlaceReport } from './evidence.ts';
import { createFacilities, type Facilities } from './facilities.ts';
import { type FacilitiesInMemory, openFacilitiesInMemory } from './facilities-in-memory.ts';
import { learnFromParcels, tidyFacilities } from './learn.ts';
import { testDetails, testPlace } from './test-facility.ts';

const EVERYTHING = { carrier: null, country: null, type: null, source: null, called: null };
const FIRST_PAGE = { after: null, limit: 100 };
const DAY_MS = 86_400_000;

let intake: TestIntake;
let facilities: Facilities;
let memory: FacilitiesInMemory;
let shop: Tenant;
let other: Tenant;

beforeAll(async () => {
  intake = await openTestIntake();
  facilities = createFacilities(intake);
  memory = await openFacilitiesInMemory({ db: intake.db, log: createLog({ level: 'silent' }) });
  shop = await intake.tenant('shop', 'live');
  other = await intake.tenant('other', 'live');
});
afterAll(async () => {
  await memory.close();
  await intake.close();
});
beforeEach(async () => {
  await intake.db.owner.query('delete from facilities; delete from facility_evidence');
  await memory.close();
  memory = await openFacilitiesInMemory({ db: intake.db, log: createLog({ level: 'silent' }) });
});

const codes = async (who: Tenant | null) =>
  (await facilities.list(who, EVERYTHING, FIRST_PAGE)).map(({ code }) => code);

async function resolved(facility: string, tenant: Tenant | null = shop): Promise<string | null> {
  await memory.refresh();
  return memory.facilityOf(tenant, testPlace({ facility }))?.id ?? null;
}

describe("a merchant's own facility", () => {
  it('is seen, changed and removed by that merchant in that mode only', async () => {
    const made = await facilities.create(shop, testDetails());
    if (made.kind !== 'created') throw new Error(made.kind);
    const { id } = made.facility;
    expect(await codes(shop)).toEqual(['M1']);
    expect(await resolved('M1')).toBe(id);
    for (const stranger of [other, { ...shop, mode: 'test' } as const]) {
      expect(await codes(stranger)).toEqual([]);
      expect(await facilities.find(stranger, id)).toBeNull();
      expect(await facilities.patch(stranger, id, () => testDetails())).toEqual({ kind: 'absent' });
      expect(await facilities.remove(stranger, id)).toBe('absent');
      expect(await resolved('M1', stranger)).toBeNull();
    }
    expect(await codes(null)).toEqual([]);
    expect(await facilities.remove(shop, id)).toBe('removed');
    expect(await facilities.find(shop, id)).toBeNull();
    expect(await resolved('M1')).toBeNull();
  });

  it('is separated by the database itself, when the query names no merchant', async () => {
    await facilities.create(shop, testDetails());
    await facilities.create(null, testDetails());
    const all = 'select merchant_id from facilities';
    const mine = await withTenant(intake.db.app, shop, (tx) => tx.query(all));
    expect(mine.rows).toEqual([{ merchant_id: shop.merchantId }]);
    expect((await withTenant(intake.db.app, other, (tx) => tx.query(all))).rows).toEqual([]);
    expect((await intake.db.app.query(all)).rows).toEqual([]);
    const grab = (merchant: string) =>
      withTenant(intake.db.app, other, (tx) =>
        tx.query(`update facilities set merchant_id = ${merchant} returning id`),
      );
    expect((await grab('waybill_tenant()')).rowCount).toBe(0);
    const plant = withTenant(intake.db.app, other, (tx) =>
      tx.query(`insert into facilities (id, code, code_key, name, created_at, updated_at)
                values (gen_random_uuid(), 'X', 'X', 'X', now(), now())`),
    );
    await expect(plant).rejects.toMatchObject({ code: '42501' });
  });

  it('comes before the deployment’s of the same code, for that merchant alone', async () => {
    const shared = await facilities.create(null, testDetails());
    const own = await facilities.create(shop, testDetails({ timeZone: 'America/New_York' }));
    if (shared.kind !== 'created' || own.kind !== 'created') throw new Error('both are new');
    expect(await resolved('M1')).toBe(own.facility.id);
    expect(await resolved('M1', other)).toBe(shared.facility.id);
    expect(await facilities.remove(shop, shared.facility.id)).toBe('shared');
    expect(await facilities.patch(shop, shared.facility.id, () => testDetails())).toEqual({
      kind: 'shared',
    });
  });
});

describe('a code', () => {
  it('is one facility, however it is spelled', async () => {
    const made = await facilities.create(shop, testDetails({ code: 'Köln-1' }));
    if (made.kind !== 'created') throw new Error(made.kind);
    const again = await facilities.create(shop, testDetails({ code: 'KOLN 1' }));
    expect(again).toEqual({ kind: 'exists', id: made.facility.id });
    expect(
      (await facilities.create(shop, testDetails({ carrier: null, code: 'Köln-1' }))).kind,
    ).toBe('created');
    const second = await facilities.create(shop, testDetails({ code: 'B' }));
    if (second.kind !== 'created') throw new Error(second.kind);
    const renamed = await facilities.patch(shop, second.facility.id, (known) => ({
      ...known,
      code: 'köln 1',
    }));
    expect(renamed).toEqual({ kind: 'exists', id: made.facility.id });
  });

  it('is free again when its facility was removed', async () => {
    const made = await facilities.create(shop, testDetails());
    if (made.kind !== 'created') throw new Error(made.kind);
    await facilities.remove(shop, made.facility.id);
    expect((await facilities.create(shop, testDetails())).kind).toBe('created');
  });
});

describe('an import', () => {
  const all = [testDetails(), testDetails({ code: 'M2' }), testDetails({ code: 'M3' })];

  it('adds, changes what differs and leaves the rest alone', async () => {
    const import_ = (details: typeof all, dryRun = false) =>
      facilities.import(null, details, { dryRun });
    const counts = { kind: 'imported', created: 3, updated: 0, unchanged: 0 };
    expect(await import_(all, true)).toEqual(counts);
    expect(await codes(null)).toEqual([]);
    expect(await import_(all)).toEqual(counts);
    const changed = all.map((each, index) => (index === 1 ? { ...each, city: 'Bartlett' } : each));
    expect(await import_(changed)).toEqual({ ...counts, created: 0, updated: 1, unchanged: 2 });
    expect(await codes(shop)).toEqual(['M1', 'M2', 'M3']);
  });

  it('keeps nothing when one of its statements fails', async () => {
    const broken = [...all, testDetails({ code: 'M4', lat: 500, lng: 0 })];
    await expect(facilities.import(null, broken, { dryRun: false })).rejects.toThrow();
    expect(await codes(null)).toEqual([]);
  });

  it('is announced to every process once it is stored, and a dry run is not', async () => {
    const client = await intake.db.owner.connect();
    const problems = new Promise((resolve) => client.once('notification', resolve));
    await client.query('listen waybill_facilities');
    await facilities.import(null, all, { dryRun: true });
    expect(await resolved('M2')).toBeNull();
    await facilities.import(null, all, { dryRun: false });
    expect(await problems).toMatchObject({ channel: 'waybill_facilities' });
    client.release(true);
    expect(await resolved('M2')).not.toBeNull();
  });
});

/** One parcel a day reported a place. */
function parcels(count: number, fields: Partial<PlaceReport> = {}, from = 0): PlaceReport[] {
  return Array.from({ length: count }, (_, index) => {
    const atMs = Date.UTC(2026, 0, 10) + (from + index) * DAY_MS;
    return {
      carrier: 'acme',
      parcelId: `parcel ${from + index}`,
      facility: 'DALLAS HUB',
      city: 'DALLAS',
      region: 'TX',
      postalCode: null,
      country: 'US',
      atMs,
      offset: { atMs, offsetMin: atMs < Date.UTC(2026, 2, 8, 8) ? -360 : -300 },
      ...fields,
    };
  });
}

const learn = (reports: readonly PlaceReport[]) =>
  withTransaction(intake.db.pipeline, (tx) =>
    learnFromParcels(tx, reports, { nowMs: intake.clock.nowMs(), randomBytes: intake.randomBytes }),
  );

describe('reports of carriers', () => {
  it('becomes a facility over several batches, and its zone is the place’s', async () => {
    expect(await learn(parcels(3))).toEqual({ places: 1, written: 0, withdrawn: 0 });
    expect(await resolved('DALLAS HUB')).toBeNull();
    expect(await learn(parcels(3, {}, 3))).toEqual({ places: 1, written: 1, withdrawn: 0 });
    const [found] = await facilities.list(null, { ...EVERYTHING, source: 'learned' }, FIRST_PAGE);
    expect(found).toMatchObject({ code: 'DALLAS HUB', zone: 'America/Chicago', parcels: 6 });
    expect(await resolved('dallas hub')).toBe(found?.id);
    expect(await learn(parcels(1, {}, 6))).toMatchObject({ written: 0 });
    expect((await facilities.find(null, found?.id ?? ''))?.parcels).toBe(7);
  });

  it('is withdrawn when the word turns out to mean a second building', async () => {
    await learn(parcels(6));
    expect(await resolved('DALLAS HUB')).not.toBeNull();
    const elsewhere = parcels(6, { city: 'HOUSTON' }, 6);
    expect(await learn(elsewhere)).toMatchObject({ withdrawn: 1 });
    expect(await resolved('DALLAS HUB')).toBeNull();
  });

  it.each(['before', 'after'])('never overrides what was imported %s', async (when) => {
    const entered = testDetails({ code: 'Dallas-Hub', city: 'Irving', timeZone: 'America/Denver' });
    const import_ = () => facilities.import(null, [entered], { dryRun: false });
    if (when === 'before') await import_();
    await learn(parcels(6));
    if (when === 'after') expect(await import_()).toMatchObject({ updated: 1 });
    await learn(parcels(6, {}, 6));
    await learn(parcels(6, { city: 'HOUSTON' }, 12));
    const [only, ...others] = await facilities.list(null, EVERYTHING, FIRST_PAGE);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ source: 'csv', city: 'Irving', zone: 'America/Denver' });
    expect(only).toMatchObject({ certainty: 1, parcels: 18 });
  });

  it('entered through the API under a learned code takes precedence', async () => {
    await learn(parcels(6));
    const made = await facilities.create(null, testDetails({ code: 'DALLAS HUB', city: 'Irving' }));
    expect(made).toMatchObject({ kind: 'created', facility: { source: 'api', certainty: 1 } });
    expect(await codes(null)).toEqual(['DALLAS HUB']);
  });

  it('is forgotten when it was not reported for long, and so are removed rows', async () => {
    await learn(parcels(3));
    const made = await facilities.create(shop, testDetails());
    if (made.kind !== 'created') throw new Error(made.kind);
    await facilities.remove(shop, made.facility.id);
    const { nowMs } = intake.clock;
    expect(await tidyFacilities(intake.db.pipeline, nowMs(), 10)).toBe(0);
    expect(await tidyFacilities(intake.db.pipeline, nowMs() + 2 * DAY_MS, 10)).toBe(1);
    expect(await tidyFacilities(intake.db.pipeline, nowMs() + 500 * DAY_MS, 10)).toBe(1);
  });
});

describe('a list', () => {
  it('goes page by page through own and shared ones together, and filters', async () => {
    const details = Array.from({ length: 7 }, (_, index) =>
      testDetails({ code: `C${index}`, country: index < 3 ? 'DE' : 'US', timeZone: null }),
    );
    for (const [index, each] of details.entries()) {
      intake.clock.advance(1);
      await facilities.create(index % 2 === 0 ? shop : null, each);
    }
    const seen: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 10; page += 1) {
      const rows = await facilities.list(shop, EVERYTHING, { after, limit: 3 });
      seen.push(...rows.map(({ code }) => code));
      after = rows.at(-1)?.id ?? null;
      if (rows.length < 3) break;
    }
    expect(seen).toEqual(details.map(({ code }) => code));
    const german = await facilities.list(shop, { ...EVERYTHING, country: 'DE' }, FIRST_PAGE);
    expect(german.map(({ code }) => code)).toEqual(['C0', 'C1', 'C2']);
    const called = await facilities.list(shop, { ...EVERYTHING, called: 'c 4' }, FIRST_PAGE);
    expect(called).toEqual([]);
    const byCode = await facilities.list(shop, { ...EVERYTHING, called: 'c4' }, FIRST_PAGE);
    expect(byCode.map(({ code }) => code)).toEqual(['C4']);
  });
});
