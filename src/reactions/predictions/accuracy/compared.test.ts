import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tenant } from '../../../kernel/tenant.ts';
import { ensureMerchant } from '../../../merchants/index.ts';
import { type Database, openDatabase } from '../../../platform/database/database.ts';
import { createLog } from '../../../platform/observability/log.ts';
import { createTestDatabase, type TestDatabase } from '../../../platform/test-postgres.ts';
import { settleShownDates } from '../serving/predictions.sql.ts';
import { comparedDates, compareSome, eraseDates, startComparing } from './accuracy.ts';
import { dropComparedBefore } from './compared.sql.ts';
import { type TestPromise, writeLedger } from './test-ledger.ts';
import { naiveAccuracy } from './test-naive.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url });
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

let merchants = 0;
async function newTenant(): Promise<Tenant> {
  merchants += 1;
  const slug = `shop-${merchants}`;
  const { id } = await ensureMerchant(db.pipeline, { id: crypto.randomUUID(), slug, name: slug });
  return { merchantId: id, mode: 'live' };
}

async function sumUp(limit = 100): Promise<void> {
  while ((await compareSome(db, limit)) === limit);
}

const ALL = { carrier: null, from: '2026-02-02', to: '2026-03-30', limit: 50 };
const shownOf = (tenant: Tenant, query = {}) => comparedDates(db, tenant, { ...ALL, ...query });

const day = fc
  .integer({ min: 1, max: 28 })
  .map((index) => `2026-02-${String(index).padStart(2, '0')}`);
const drawnParcel = fc.record({
  /** The days of delivery that are reported one after the other. */
  came: fc.array(fc.option(day), { minLength: 1, maxLength: 3 }),
  promises: fc.array(
    fc.record({
      whose: fc.constantFrom('ours' as const, 'carrier' as const, 'promise' as const),
      stage: fc.constantFrom('created' as const, 'in_transit' as const, 'delivered' as const),
      carrier: fc.constantFrom('acme', 'dash'),
      date: day,
      atHandOver: fc.boolean(),
    }),
    { maxLength: 5 },
  ),
});

describe('sums of dates', () => {
  it('equal those counted parcel by parcel, whatever was corrected', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(drawnParcel, { maxLength: 10 }),
        fc.integer({ min: 1, max: 4 }),
        async (drawn, limit) => {
          const tenant = await newTenant();
          const parcels = drawn.map(({ came, promises }) => ({
            came,
            promises: promises.map((it, index): TestPromise => {
              const shownAt = `2026-01-${String(index + 1).padStart(2, '0')}T10:00:00Z`;
              return { ...it, shownAt, source: it.whose === 'ours' ? 'model' : it.whose };
            }),
          }));
          const ids = await Promise.all(
            parcels.map(({ promises }) => writeLedger(db, tenant, null, promises)),
          );
          for (const step of [0, 1, 2]) {
            const on = parcels.map(({ came }) => came[step] ?? came.at(-1) ?? null);
            const settled = ids.map((shipmentId, index) => ({ shipmentId, on: on[index] ?? null }));
            await settleShownDates(db.pipeline, settled);
            await sumUp(limit);
            const naive = naiveAccuracy(
              parcels.map(({ promises }, index) => ({ deliveredOn: on[index] ?? null, promises })),
              {
                from: '2026-01-01',
                to: '2026-12-31',
                at: 'hand_over',
                by: 'carrier',
                limit: 50,
                carrier: null,
                lane: null,
                serviceLevel: null,
                stage: null,
              },
              0.5,
            );
            const expected = naive.flatMap(({ group, compared }) =>
              compared.n === 0
                ? []
                : [[group, compared.n, compared.oursMaeDays, compared.carrierMaeDays]],
            );
            const found = await shownOf(tenant, { from: '2026-01-26' });
            expect(
              new Set(
                found.map((it) => [it.carrier, it.parcels, it.oursMaeDays, it.carrierMaeDays]),
              ),
            ).toEqual(new Set(expected));
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  it('are of the requested weeks and carrier, and of one merchant and mode', async () => {
    const [one, other] = [await newTenant(), await newTenant()];
    const dates = (carrier: string, date: string): TestPromise[] => [
      { carrier, date },
      { carrier, date: '2026-03-01', whose: 'carrier' },
    ];
    await writeLedger(db, one, '2026-03-01', dates('acme', '2026-02-27'));
    await writeLedger(db, one, '2026-03-02', dates('acme', '2026-03-03'));
    await writeLedger(db, one, '2026-03-02', dates('dash', '2026-03-02'));
    await writeLedger(db, { ...one, mode: 'test' }, '2026-03-02', dates('acme', '2026-03-12'));
    await writeLedger(db, other, '2026-03-02', dates('acme', '2026-03-02'));
    await sumUp();
    // The first of March was a Sunday.
    expect(await shownOf(one, { to: '2026-02-23' })).toEqual([
      { carrier: 'acme', parcels: 1, oursMaeDays: 2, carrierMaeDays: 0 },
    ]);
    expect(await shownOf(one)).toEqual([
      { carrier: 'acme', parcels: 2, oursMaeDays: 1.5, carrierMaeDays: 0.5 },
      { carrier: 'dash', parcels: 1, oursMaeDays: 0, carrierMaeDays: 1 },
    ]);
    expect(await shownOf(one, { carrier: 'dash' })).toHaveLength(1);
    expect(await shownOf(one, { limit: 1 })).toHaveLength(1);
    expect(await shownOf({ ...one, mode: 'test' })).toMatchObject([{ oursMaeDays: 10 }]);
    expect(await shownOf(other)).toMatchObject([{ parcels: 1 }]);
  });

  it('keep the outcome of a deleted parcel, and nothing of an undelivered one', async () => {
    const tenant = await newTenant();
    const dates: TestPromise[] = [{ date: '2026-03-03' }, { date: '2026-03-04', whose: 'carrier' }];
    const came = await writeLedger(db, tenant, '2026-03-03', dates);
    const result = await writeLedger(db, tenant, '2026-03-04', dates);
    await sumUp();
    expect(await shownOf(tenant)).toMatchObject([{ parcels: 2 }]);
    await settleShownDates(db.pipeline, [{ shipmentId: result, on: null }]);
    for (const id of [came, result]) await eraseDates(db, id);
    await sumUp();
    expect(await shownOf(tenant)).toEqual([
      { carrier: 'acme', parcels: 1, oursMaeDays: 0, carrierMaeDays: 1 },
    ]);
  });

  it('skip rows that are locked by others', async () => {
    const tenant = await newTenant();
    const dates: TestPromise[] = [{ date: '2026-03-03' }, { date: '2026-03-04', whose: 'carrier' }];
    await writeLedger(db, tenant, '2026-03-03', dates);
    const log = createLog({ level: 'silent' });
    const comparing = startComparing({ db, log, givesWay: () => true });
    await comparing.now();
    await comparing.stop();
    expect(await shownOf(tenant)).toMatchObject([{ parcels: 1 }]);
  });

  it('are added once by two concurrent runs', async () => {
    const tenant = await newTenant();
    for (let index = 0; index < 20; index += 1) {
      await writeLedger(db, tenant, '2026-03-03', [
        { date: '2026-03-02' },
        { date: '2026-03-03', whose: 'carrier' },
      ]);
    }
    await Promise.all([sumUp(3), sumUp(2), sumUp(5)]);
    await sumUp();
    expect(await shownOf(tenant)).toMatchObject([{ parcels: 20, oursMaeDays: 1 }]);
    expect(await dropComparedBefore(db.pipeline, Date.UTC(2025, 0, 1), 10)).toBe(0);
    expect(await dropComparedBefore(db.pipeline, Date.UTC(2030, 0, 1), 1)).toBe(1);
  });
});
