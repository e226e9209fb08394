import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tenant } from '../../../kernel/tenant.ts';
import { ensureMerchant } from '../../../merchants/index.ts';
import { type Database, openDatabase } from '../../../platform/database/database.ts';
import { createTestDatabase, type TestDatabase } from '../../../platform/test-postgres.ts';
import { ACCURACY_BY, type AccuracyQuery } from './accuracy.sql.ts';
import { type AccuracyGroup, accuracyOf, accuracyOfAll } from './accuracy.ts';
import { dropPromisesBefore, erasePromises, markHandedOver } from './compared.sql.ts';
import { type TestPromise, writeLedger } from './test-ledger.ts';
import { type NaiveParcel, naiveAccuracy } from './test-naive.ts';

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

const QUERY: AccuracyQuery = {
  from: '2026-03-01',
  to: '2026-03-31',
  at: 'hand_over',
  by: null,
  limit: 50,
  carrier: null,
  lane: null,
  serviceLevel: null,
  stage: null,
};
async function only(tenant: Tenant, query: Partial<AccuracyQuery> = {}): Promise<AccuracyGroup> {
  const { groups } = await accuracyOf(db, tenant, { ...QUERY, ...query });
  const [group] = groups;
  if (group === undefined || groups.length > 1) throw new Error('expected one group');
  return group;
}

describe('figures', () => {
  it('equal those computed by hand', async () => {
    const tenant = await newTenant();
    // Dates that are two days late, exact, and a day early; two have windows, of which one contains
    // the delivery.
    const dates: [string, string, TestPromise['window']][] = [
      ['2026-03-10', '2026-03-08', ['2026-03-07', '2026-03-09']],
      ['2026-03-11', '2026-03-11', ['2026-03-08', '2026-03-12']],
      ['2026-03-12', '2026-03-13', undefined],
    ];
    for (const [came, date, window] of dates) {
      const carrier: TestPromise = { whose: 'carrier', date: '2026-03-12' };
      await writeLedger(db, tenant, came, [
        { date, ...(window && { window }) },
        ...(came === '2026-03-11' ? [] : [carrier]),
      ]);
    }
    await writeLedger(db, tenant, '2026-03-14', [{ whose: 'promise', date: '2026-03-10' }]);
    const figures = await only(tenant);
    expect(figures).toMatchObject({ group: null, parcels: 4 });
    expect(figures.ours).toEqual({
      n: 3,
      maeDays: 1,
      exactShare: 1 / 3,
      within1Day: 2 / 3,
      lateShare: 1 / 3,
      biasDays: 1 / 3,
      windows: 2,
      coverage: 0.5,
      widthDays: 3,
    });
    expect(figures.carrier).toMatchObject({ n: 2, maeDays: 1, biasDays: -1, coverage: null });
    expect(figures.promise).toMatchObject({ n: 1, maeDays: 4, lateShare: 1, windows: 0 });
    expect(figures.compared).toEqual({ n: 2, oursMaeDays: 1.5, carrierMaeDays: 1 });
  });

  it('without data are null, in one group if no grouping is requested', async () => {
    const tenant = await newTenant();
    await writeLedger(db, tenant, null, [{ date: '2026-03-10' }]);
    await writeLedger(db, tenant, '2026-04-01', [{ date: '2026-03-10' }]);
    const figures = await only(tenant);
    expect(figures).toMatchObject({
      parcels: 0,
      ours: { n: 0, maeDays: null, lateShare: null, widthDays: null },
      compared: { n: 0, oursMaeDays: null, carrierMaeDays: null },
      warnings: { n: 0, warned: 0, missed: 0, precision: null, recall: null, brier: null },
    });
    const grouped = await accuracyOf(db, tenant, { ...QUERY, by: 'lane' });
    expect(grouped).toEqual({ countedFrom: '2026-03-01', groups: [], leftOut: 0 });
  });

  it('judge the requested date, and none that was first shown after delivery', async () => {
    const tenant = await newTenant();
    const row = (date: string, hour: string, more: Partial<TestPromise>): TestPromise => ({
      date,
      shownAt: `2026-03-05T${hour}:00:00Z`,
      atHandOver: false,
      ...more,
    });
    await writeLedger(db, tenant, '2026-03-10', [
      row('2026-03-14', '08', { stage: 'created' }),
      row('2026-03-13', '09', { stage: 'picked_up', atHandOver: true }),
      row('2026-03-12', '10', { stage: 'in_transit' }),
      row('2026-03-11', '11', { stage: 'in_transit' }),
      row('2026-03-10', '12', { stage: 'delivered' }),
    ]);
    const errors = [['first', 4] as const, ['hand_over', 3] as const, ['last', 1] as const];
    for (const [at, maeDays] of errors) {
      expect([at, (await only(tenant, { at })).ours.maeDays]).toEqual([at, maeDays]);
    }
    const { groups } = await accuracyOf(db, tenant, { ...QUERY, at: 'stage', by: 'stage' });
    expect(groups.map(({ group, ours }) => `${group}: ${ours.maeDays}`)).toEqual([
      'created: 4',
      'in_transit: 1',
      'picked_up: 3',
    ]);
    const inTransit = await only(tenant, { at: 'stage', stage: 'in_transit' });
    expect(inTransit).toMatchObject({ parcels: 1, ours: { n: 1, maeDays: 1 } });
  });

  it('list the groups with most parcels, the newest months first, and the number left out', async () => {
    const tenant = await newTenant();
    for (const [came, lane] of [
      ['2026-01-10', 'a'],
      ['2026-02-10', 'b'],
      ['2026-02-11', 'b'],
      ['2026-03-10', 'c'],
    ] as const) {
      await writeLedger(db, tenant, came, [{ date: came, lane }]);
    }
    const year = { ...QUERY, from: '2026-01-01', limit: 2 };
    const months = await accuracyOf(db, tenant, { ...year, by: 'month' });
    expect(months.groups.map(({ group }) => group)).toEqual(['2026-03', '2026-02']);
    expect(months.leftOut).toBe(1);
    const lanes = await accuracyOf(db, tenant, { ...year, by: 'lane' });
    expect(lanes.groups.map(({ group }) => group)).toEqual(['b', 'a']);
  });

  it('cover only the newest days if there is more than the counting limit, and say so', async () => {
    const tenant = await newTenant();
    for (const came of ['2026-03-10', '2026-03-11', '2026-03-11', '2026-03-12']) {
      await writeLedger(db, tenant, came, [{ date: came }]);
    }
    const counted = async (rowsMax: number, to = QUERY.to) => {
      const { countedFrom, groups } = await accuracyOf(db, tenant, { ...QUERY, to }, rowsMax);
      return [countedFrom, groups[0]?.parcels];
    };
    expect(await counted(4)).toEqual(['2026-03-01', 4]);
    expect(await counted(3)).toEqual(['2026-03-11', 3]);
    expect(await counted(2)).toEqual(['2026-03-11', 3]);
    expect(await counted(1)).toEqual(['2026-03-12', 1]);
    expect(await counted(1, '2026-03-11')).toEqual(['2026-03-11', 2]);
  });

  it('show how reliable warnings were, of the promise or else of the carrier’s first date', async () => {
    const tenant = await newTenant();
    const said = (missProbability: number, shownAt: string, warned = false): TestPromise => ({
      date: '2026-03-10',
      missProbability,
      shownAt,
      warned,
    });
    const promise: TestPromise = { whose: 'promise', date: '2026-03-10' };
    // A warning, and the promise was missed; predictions after the day do not count.
    await writeLedger(db, tenant, '2026-03-12', [
      promise,
      { ...promise, whose: 'carrier' as const, date: '2026-03-20' },
      said(0.4, '2026-03-08T10:00:00Z'),
      said(0.8, '2026-03-10T23:00:00Z', true),
      said(1, '2026-03-11T00:00:00Z', true),
    ]);
    // A warning without a reason, by the first date of the carrier.
    await writeLedger(db, tenant, '2026-03-10', [
      { whose: 'carrier', date: '2026-03-10', shownAt: '2026-03-02T00:00:00Z' },
      { whose: 'carrier', date: '2026-03-09', shownAt: '2026-03-03T00:00:00Z' },
      said(0.6, '2026-03-08T10:00:00Z', true),
    ]);
    // A missed promise without a warning; and a parcel without a promise.
    await writeLedger(db, tenant, '2026-03-11', [promise, said(0.1, '2026-03-08T10:00:00Z')]);
    await writeLedger(db, tenant, '2026-03-11', [said(0.9, '2026-03-08T10:00:00Z', true)]);
    const { warnings } = await only(tenant);
    expect(warnings).toMatchObject({ n: 3, warned: 2, missed: 2, precision: 0.5, recall: 0.5 });
    expect(warnings.brier).toBeCloseTo((0.2 ** 2 + 0.6 ** 2 + 0.9 ** 2) / 3, 6);
  });

  it('count the days of warnings by the calendar of the destination', async () => {
    const tenant = await newTenant();
    const promise: TestPromise = { whose: 'promise', date: '2026-03-10' };
    const said = (shownAt: string, shownOn: string): TestPromise => ({
      date: '2026-03-12',
      missProbability: 0.9,
      warned: true,
      shownAt,
      shownOn,
    });
    // In Los Angeles it is still the tenth.
    await writeLedger(db, tenant, '2026-03-12', [
      promise,
      said('2026-03-11T03:00:00Z', '2026-03-10'),
    ]);
    // In Auckland it is the eleventh already.
    await writeLedger(db, tenant, '2026-03-12', [
      promise,
      { ...said('2026-03-10T20:00:00Z', '2026-03-11'), warned: false },
    ]);
    expect((await only(tenant)).warnings).toMatchObject({ n: 1, warned: 1, missed: 1 });
  });

  it('are a merchant’s own, by mode; operators see all merchants’ or one’s', async () => {
    const [one, other] = [await newTenant(), await newTenant()];
    await writeLedger(db, one, '2025-03-10', [{ date: '2025-03-10' }]);
    await writeLedger(db, other, '2025-03-10', [{ date: '2025-03-08' }]);
    await writeLedger(db, { ...one, mode: 'test' }, '2025-03-10', [{ date: '2025-03-01' }]);
    const then = { ...QUERY, from: '2025-03-01', to: '2025-03-31' };
    expect((await only(one, then)).ours).toMatchObject({ n: 1, maeDays: 0 });
    expect((await only(other, then)).ours).toMatchObject({ n: 1, maeDays: 2 });
    expect((await only({ ...one, mode: 'test' }, then)).ours).toMatchObject({ n: 1, maeDays: 9 });
    const all = await accuracyOfAll(db, { merchantId: null, mode: 'live' }, then);
    expect(all.groups[0]?.ours).toMatchObject({ n: 2, maeDays: 1 });
    const its = { merchantId: other.merchantId, mode: 'live' } as const;
    expect((await accuracyOfAll(db, its, then)).groups[0]?.ours).toMatchObject({ maeDays: 2 });
  });
});

const day = fc
  .integer({ min: 1, max: 28 })
  .map((index) => `2026-02-${String(index).padStart(2, '0')}`);
const WARN = 0.5;
const shown = fc.record({
  whose: fc.constantFrom('ours' as const, 'carrier' as const, 'promise' as const),
  stage: fc.constantFrom('created', 'picked_up', 'in_transit', 'delivered' as const),
  carrier: fc.constantFrom('acme', 'dash'),
  service: fc.constantFrom('standard', 'express'),
  lane: fc.constantFrom('a', 'b'),
  date: day,
  window: fc.tuple(fc.option(day), fc.option(day)).map((ends) => {
    const [from, to] = ends;
    return from !== null && to !== null && from > to ? ([to, from] as const) : ends;
  }),
  missProbability: fc.option(fc.integer({ min: 0, max: 8 }).map((index) => index / 8)),
});
const drawnParcel = fc.record({
  deliveredOn: fc.option(day),
  promises: fc.array(shown, { maxLength: 6 }),
  acceptance: fc.nat(6),
});
const ledger = fc.array(drawnParcel, { maxLength: 25 });
const SOURCES = { ours: 'model', carrier: 'carrier', promise: 'promise' } as const;

/** The dates are days apart, so that nothing depends on ids. */
function parcelOf({
  deliveredOn,
  promises,
  acceptance,
}: typeof drawnParcel extends fc.Arbitrary<infer Drawn> ? Drawn : never): NaiveParcel {
  const rows = promises.map((it, index) => ({
    ...it,
    source: SOURCES[it.whose],
    shownAt: `2026-02-${String(4 * index + 1).padStart(2, '0')}T10:00:00Z`,
    missProbability: it.whose === 'ours' ? it.missProbability : null,
    warned: it.whose === 'ours' && (it.missProbability ?? 0) >= WARN,
  }));
  const marked = new Map(rows.slice(0, acceptance).map((row) => [row.whose, row]));
  const atHandOver = (row: (typeof rows)[number]) => marked.get(row.whose) === row;
  return { deliveredOn, promises: rows.map((row) => ({ ...row, atHandOver: atHandOver(row) })) };
}

describe('figures of any ledger', () => {
  const queries: AccuracyQuery[] = (['first', 'last', 'hand_over', 'stage'] as const).flatMap(
    (at) =>
      [null, ...ACCURACY_BY]
        .filter((by) => at !== 'stage' || by === 'stage')
        .flatMap((by) => [
          { ...QUERY, from: '2026-02-04', to: '2026-02-25', at, by },
          { ...QUERY, from: '2026-02-01', at, by, carrier: 'acme', serviceLevel: 'express' },
          { ...QUERY, from: '2026-02-01', at, by, lane: 'a', stage: 'in_transit' as const },
        ]),
  );

  it('equal those counted parcel by parcel', async () => {
    await fc.assert(
      fc.asyncProperty(ledger, async (drawn) => {
        const tenant = await newTenant();
        const parcels = drawn.map(parcelOf);
        await Promise.all(
          parcels.map((it) => writeLedger(db, tenant, it.deliveredOn, it.promises)),
        );
        for (const query of queries) {
          const { groups, leftOut } = await accuracyOf(db, tenant, query);
          const expected = naiveAccuracy(parcels, query, WARN);
          expect(leftOut).toBe(0);
          expect(roundedByKey(groups)).toEqual(roundedByKey(expected));
        }
      }),
      { numRuns: 8 },
    );
  });
});

/** Numeric means and sums of floats differ in their last digits. */
function roundedByKey(groups: readonly AccuracyGroup[]) {
  const text = JSON.stringify(groups, (_, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 1e6) / 1e6 : value,
  );
  const sorted = (JSON.parse(text) as AccuracyGroup[]).map((it) => [String(it.group), it] as const);
  return new Map(sorted.sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('the ledger', () => {
  const rows = async (shipmentId: string) => {
    const { rows: found } = await db.pipeline.query<{ date: string; at_hand_over: boolean }>(
      `select date::text, at_hand_over from edd_promises where shipment_id = $1 order by date`,
      [shipmentId],
    );
    return found.map(({ date, at_hand_over: marked }) => `${date}${marked ? ' marked' : ''}`);
  };

  it('marks the dates shown at acceptance once, the newest of each party', async () => {
    const tenant = await newTenant();
    const at = (shownAt: string) => ({ shownAt, atHandOver: false });
    const id = await writeLedger(db, tenant, null, [
      { date: '2026-03-10', ...at('2026-03-01T10:00:00Z') },
      { date: '2026-03-11', ...at('2026-03-02T10:00:00Z') },
      { date: '2026-03-12', whose: 'carrier', ...at('2026-03-01T10:00:00Z') },
    ]);
    const marked = ['2026-03-10', '2026-03-11 marked', '2026-03-12 marked'];
    await markHandedOver(db.pipeline, [id]);
    expect(await rows(id)).toEqual(marked);
    await db.pipeline.query(
      `update edd_promises set shown_at = '2026-03-03' where shipment_id = $1 and date = '2026-03-10'`,
      [id],
    );
    await markHandedOver(db.pipeline, [id]);
    expect(await rows(id)).toEqual(marked);
  });

  it('forgets a deleted parcel that was never delivered, and keeps the outcome of one that was', async () => {
    const tenant = await newTenant();
    const open = await writeLedger(db, tenant, null, [{ date: '2026-03-10' }]);
    const came = await writeLedger(db, tenant, '2026-03-10', [{ date: '2026-03-10' }]);
    await erasePromises(db.pipeline, open);
    await erasePromises(db.pipeline, came);
    expect(await rows(open)).toEqual([]);
    expect(await rows(came)).toHaveLength(1);
  });

  it('drops old rows, with a limit', async () => {
    const tenant = await newTenant();
    const shownAt = '2020-01-01T00:00:00Z';
    const old = await writeLedger(db, tenant, '2020-01-05', [
      { date: '2020-01-04', shownAt },
      { date: '2020-01-05', shownAt, whose: 'carrier' },
      { date: '2020-01-06', shownAt, whose: 'promise' },
    ]);
    const young = await writeLedger(db, tenant, '2026-03-10', [{ date: '2026-03-10' }]);
    const before = Date.UTC(2021, 0, 1);
    expect(await dropPromisesBefore(db.pipeline, before, 2)).toBe(2);
    expect(await dropPromisesBefore(db.pipeline, before, 2)).toBe(1);
    expect(await dropPromisesBefore(db.pipeline, before, 2)).toBe(0);
    expect([await rows(old), await rows(young)]).toEqual([[], ['2026-03-10 marked']]);
  });
});
