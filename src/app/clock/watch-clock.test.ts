import { afterEach, expect, it, vi } from 'vitest';
import type { ManualClock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { addActivity } from '../../platform/observability/activity/activity.sql.ts';
import { activityOf } from '../../platform/observability/activity/activity.ts';
import { usedCalls } from '../../poller/budget/ledger.sql.ts';
import { openTestPoller } from '../../poller/test-poller.ts';
import { createEndpoint } from '../../reactions/merchant-webhooks/endpoints/endpoints.ts';
import { answer, startTestWebhooks } from '../../reactions/merchant-webhooks/test-webhooks.ts';
import { startTestNotifications } from '../../reactions/notifications/test-notifications.ts';
import { claimShops } from '../../shops/connections/shops.sql.ts';
import { beginBulkJob, findBulkJob, workOnBulkJob } from '../../tracking/bulk/bulk-jobs.ts';
import { watchClock } from './watch-clock.ts';

const MIN_MS = 60_000;
const JUMP_MS = 120 * MIN_MS;
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

/** Watches the clock of a hub, which is two hours ahead until `setBack`. */
async function ahead(database: Pick<Database, 'pipeline'>, clock: ManualClock, byMs = JUMP_MS) {
  const warn = vi.fn();
  clock.advance(byMs);
  const watch = watchClock({ database, clock, log: { warn }, shutdown: { onStop() {} } } as never);
  await watch.now();
  opened.unshift({ close: () => watch.stop() });
  return {
    warn,
    pass: () => watch.now(),
    async setBack() {
      clock.advance(-JUMP_MS);
      await watch.now();
    },
  };
}

it('polling resumes with the intervals and the calls that it had', async () => {
  const poller = await openTestPoller({ limits: { callsPerHour: 60 } });
  opened.push(poller);
  const { db, clock, carrier, account } = poller;
  await poller.ingest('K1');
  carrier.parcels.set('K1', []);
  clock.advance(JUMP_MS);
  await poller.runUntil(clock.nowMs() + 90 * MIN_MS);
  const calls = carrier.calls.length;
  expect(calls).toBeGreaterThan(1);
  const { dueAtMs, lastPolledAtMs } = await poller.target('K1');
  const intervalMs = dueAtMs - (lastPolledAtMs ?? 0);
  clock.advance(-JUMP_MS);
  // As after a restart: only what is stored shows that the clock was ahead.
  await addActivity(
    db.pipeline,
    clock.nowMs() + JUMP_MS,
    activityOf(() => 1),
  );
  await ahead(db, clock, 0);
  expect((await poller.target('K1')).dueAtMs - clock.nowMs()).toBe(intervalMs);
  const hour = { window: 'hour', windowS: 3_600, calls: 60 } as const;
  const used = (inMs: number) => usedCalls(db.pipeline, account.id, [hour], clock.nowMs() + inMs);
  expect(await used(0)).toMatchObject([{ calls }]);
  expect(await used(63 * MIN_MS)).toMatchObject([{ calls: 0 }]);
  await poller.runUntil(clock.nowMs() + intervalMs + MIN_MS);
  expect(carrier.calls).toHaveLength(calls + 1);
});

it('webhooks are tried again within a minute, and only once', async () => {
  const hooks = await startTestWebhooks();
  opened.push(hooks);
  const url = 'https://shop.example/hook';
  await createEndpoint(hooks.deps, hooks.tenant, { url, events: ['*'] });
  const watch = await ahead(hooks.db, hooks.clock);
  hooks.receive(url, () => answer(hooks.requests.length > 1 ? 200 : 503, { 'retry-after': '60' }));
  await hooks.happen({ subject: 'a' });
  await hooks.engine.idle();
  await watch.setBack();
  for (const ms of [MIN_MS, 5 * MIN_MS]) {
    hooks.clock.advance(ms);
    await watch.pass();
    await hooks.engine.idle();
    expect(hooks.requests).toHaveLength(2);
  }
  expect(watch.warn).toHaveBeenCalledTimes(1);
});

it('messages, jobs and shops go on within their intervals, and nothing is done twice', async () => {
  const t = await startTestNotifications();
  opened.push(t);
  const { db, clock, deps, tenant } = t.hub;
  const shipment = await t.register();
  const watch = await ahead(db, clock);
  t.answer('email', { outcome: 'retry', reason: 'busy', retryAfterS: null });
  await t.move(shipment, 'picked_up');
  const action = { action: 'tag', tag: 'gift' } as const;
  const job = await beginBulkJob(deps, tenant, action, { shipmentIds: [shipment.id] });
  await db.pipeline.query(
    `insert into shops (id, merchant_id, mode, platform, url, state, sealed, settings, imports_from,
                        created_at, reconcile_at, reconciled_until, paused_until)
     select gen_random_uuid(), $1, $2, 'woocommerce', 'https://s.example', 'connected', '', '{}',
            at, at, at + interval '15 min', at, at + interval '1 min'
     from to_timestamp($3 / 1000.0) as at`,
    [tenant.merchantId, tenant.mode, clock.nowMs()],
  );
  await watch.setBack();
  clock.advance(2 * MIN_MS);
  await workOnBulkJob({ tracking: deps, refresh: null }, job, MIN_MS);
  expect(await findBulkJob(deps, tenant, job)).toMatchObject({ done: 1, changed: 1 });
  const claim = () =>
    claimShops(db.pipeline, { nowMs: clock.nowMs(), untilMs: clock.nowMs() + MIN_MS, limit: 9 });
  expect(await claim()).toHaveLength(1);
  await t.running.idle();
  clock.advance(10 * MIN_MS);
  await t.running.idle();
  expect(t.newlySent()).toHaveLength(2);
});
