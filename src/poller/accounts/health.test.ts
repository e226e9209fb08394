import { afterEach, beforeEach, expect, it } from 'vitest';
import { countActive } from '../due/targets.sql.ts';
import { openTestPoller, START_MS, type TestPoller } from '../test-poller.ts';
import { accountHealth } from './health.ts';

let poller: TestPoller;
beforeEach(async () => {
  poller = await openTestPoller();
});
afterEach(() => poller.close());

/** @param dueInMs negative: the parcels have been due for that long. */
async function parcels(count: number, dueInMs: number, valueClass: number): Promise<void> {
  const { merchantId, mode } = poller.tenant;
  await poller.db.pipeline.query(
    `insert into poll_targets (merchant_id, mode, carrier, tracking_number, shipment_id, sequence,
       status, confirmed, created_at, due_at, value, urgency, value_class, reason, why)
     select $1, $2, 'acme', 'N' || $5 || '-' || n, gen_random_uuid(), 1, 'in_transit', true,
       to_timestamp($3 / 1000.0), to_timestamp($3 / 1000.0), 1, 1, $5::int, 'hazard', 'test'
     from generate_series(1, $4::int) n`,
    [merchantId, mode, START_MS + dueInMs, count, valueClass],
  );
}

async function targets() {
  const { deps, db, plans, tenant, account } = poller;
  return (await accountHealth({ ...deps, db, plans }, tenant, account.id))?.targets;
}

it('counts the parcels of each kind, in all classes of urgency', async () => {
  await parcels(3, 60_000, 0);
  await parcels(4, -60_000, 7);
  await parcels(5, -3_700_000, 15);
  await parcels(2, -3_700_000, 14);
  await poller.db.pipeline.query(
    'update poll_targets set ended_at = due_at where value_class = 14',
  );
  expect(await targets()).toEqual({ active: 12, due: 9, overdue: 5 });
});

it("counts no further than is fast, and then returns the last plan's count", async () => {
  await parcels(3_000, -3_700_000, 15);
  await parcels(4_000, -60_000, 3);
  expect(await targets()).toEqual({ active: 5_000, due: 5_000, overdue: 3_000 });
  const { pipeline } = poller.db;
  const active = await countActive(pipeline, poller.account);
  expect(active).toBe(7_000);
  await poller.db.owner.query(
    `insert into account_states (account_id, merchant_id, mode, carrier, health_since, planned_at,
       price, ceiling_s, active_targets)
     select id, merchant_id, mode, carrier, now(), now(), 1, 1, $1 from carrier_accounts`,
    [active],
  );
  expect(await targets()).toEqual({ active: 7_000, due: 5_000, overdue: 3_000 });
});
