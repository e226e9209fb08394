import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ManualClock, manualClock } from '../../platform/clock.ts';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { createLog } from '../../platform/observability/log.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { SHIPPED_PRIOR } from '../hazard/shipped-prior.ts';
import type { HazardTable } from '../hazard/table.ts';
import { learnInChildProcess } from './learn-in-child.ts';
import type { LearnTask } from './learn-worker.ts';
import { activeHazardTable, type RelearnDeps, relearn } from './relearn.ts';

const T = Date.parse('2026-03-02T03:17:00Z');
let database: TestDatabase;
let db: Database;
let clock: ManualClock;
const merchantId = randomUUID();

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url });
  await db.owner.query(`insert into merchants (id, slug, name) values ($1, 'acme', 'Acme')`, [
    merchantId,
  ]);
});
beforeEach(async () => {
  clock = manualClock(T);
  await db.pipeline.query('delete from hazard_tables');
  await db.pipeline.query('delete from poll_targets');
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

async function parcels(count: number): Promise<void> {
  const atS = T / 1_000;
  const history = [
    ['picked_up', atS - 180_000],
    ['in_transit', atS - 100_000],
    ['out_for_delivery', atS - 20_000],
  ];
  await db.pipeline.query(
    `insert into poll_targets (merchant_id, mode, carrier, tracking_number, shipment_id, sequence,
       status, confirmed, created_at, last_fact_at, last_update_at, history, due_at, value, urgency,
       value_class, reason, why)
     select $1, 'live', 'acme', 'N' || n, gen_random_uuid(), 3, 'out_for_delivery', true,
       to_timestamp($2 - 200000), to_timestamp($2 - 20000), to_timestamp($2 - 20000), $3, now(),
       1, 1, 1, 'hazard', 'test' from generate_series(1, $4) n`,
    [merchantId, atS, JSON.stringify(history), count],
  );
}

function deps(learn: RelearnDeps['learn']): RelearnDeps {
  return { db, clock, log: createLog({ level: 'silent' }), learn };
}

const drifting = async ({ prior, options }: LearnTask): Promise<HazardTable> => ({
  ...prior,
  version: options.version,
  drift: [
    {
      ...({ carrier: 'acme', status: 'in_transit', update: 'delivered' } as const),
      later_h: 2,
      stretch: 1,
      gain: 9,
      since: '2026-03-01T00:00:00.000Z',
    },
  ],
});
const steady = async (task: LearnTask) => ({ ...(await drifting(task)), drift: [] });

test('a handful of parcels teaches nothing', async () => {
  await parcels(5);
  expect(await relearn(deps(steady), 'night')).toBe('too_little');
  expect(await activeHazardTable(db.pipeline)).toBeNull();
});

test('by night the new table is put to use; by day only one whose habits have moved', async () => {
  await parcels(40);
  expect(await relearn(deps(drifting), 'day')).toBe('unchanged');
  expect(await relearn(deps(steady), 'night')).toBe('learned');
  expect((await activeHazardTable(db.pipeline))?.version).toBe('learned-2026-03-02T0317');
  clock.advance(4 * 3_600_000);
  expect(await relearn(deps(steady), 'day')).toBe('unchanged');
  expect(await relearn(deps(drifting), 'day')).toBe('learned');
  expect((await activeHazardTable(db.pipeline))?.version).toBe('learned-2026-03-02T0717');
});

test('one process learns at a time', async () => {
  await parcels(40);
  let begun = (): void => {};
  let finish = (): void => {};
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const slow = deps(async (task) => {
    begun();
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    return steady(task);
  });
  const first = relearn(slow, 'night');
  await hasBegun;
  expect(await relearn(deps(steady), 'night')).toBe('busy');
  finish();
  expect(await first).toBe('learned');
});

test('learns in a process of its own from what the due index remembers', async () => {
  await parcels(60);
  expect(await relearn(deps(learnInChildProcess), 'night')).toBe('learned');
  const table = await activeHazardTable(db.pipeline);
  expect(table?.learned.parcels).toBe(60);
  expect(table?.cells).not.toEqual(SHIPPED_PRIOR.cells);
});
