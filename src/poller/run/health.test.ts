import { afterEach, describe, expect, it } from 'vitest';
import type { HealthState } from '../accounts/state.ts';
import { bookCall } from '../budget/ledger.sql.ts';
import { limitsOf } from '../budget/limits.ts';
import { NO_LIMITS } from '../test-carrier.ts';
import { openTestPoller, START_MS, type TestPoller } from '../test-poller.ts';
import { healthOf } from './report-health.ts';

const HOUR_MS = 3_600_000;
const NO_CAPS = { perHour: null, perDay: null };

describe('health', () => {
  const limits = limitsOf({ ...NO_LIMITS, callsPerHour: 100, callsPerDay: 1_000 }, NO_CAPS);
  const used = (hour: number, day: number) => ({ now: [hour, day], peak: [hour, day] });
  const healthAt = (health: HealthState, healthReason: string, hour: number, day: number) =>
    healthOf({ health, healthReason, lastOkAtMs: START_MS }, null, limits, used(hour, day));

  it('is a pause whatever the usage', () => {
    const trouble = { state: 'rate_limited', reason: '429', times: 1, untilMs: 0 } as const;
    const state = { health: 'ok', healthReason: '', lastOkAtMs: START_MS } as const;
    expect(healthOf(state, trouble, limits, used(100, 0))).toMatchObject({ state: 'rate_limited' });
  });

  it('names each quota that is near from 80% to below 60%, and no other', () => {
    expect(healthAt('ok', '', 79, 799)).toMatchObject({ state: 'ok' });
    const hour = healthAt('ok', '', 80, 700);
    expect(hour).toEqual({
      state: 'quota_near',
      reason: '80% of the 100 calls per hour were used',
    });
    expect(healthAt(hour.state, hour.reason, 60, 700)).toEqual(hour);
    expect(healthAt(hour.state, hour.reason, 59, 700)).toMatchObject({ state: 'ok' });
    const both = healthAt(hour.state, hour.reason, 60, 800);
    expect(both.reason).toBe(
      '80% of the 100 calls per hour and of the 1000 calls per day were used',
    );
    expect(healthAt(both.state, both.reason, 0, 600).reason).toBe(
      '80% of the 1000 calls per day were used',
    );
  });

  it('is near until its use was low for a whole window, not for a moment', () => {
    const near = { health: 'quota_near', healthReason: '80% of the 100 calls per hour were used' };
    const state = { ...near, health: 'quota_near', lastOkAtMs: START_MS } as const;
    const at = (now: number, peak: number) =>
      healthOf(state, null, limits, { now: [now, 0], peak: [peak, 0] }).state;
    expect(at(10, 60)).toBe('quota_near');
    expect(at(10, 59)).toBe('ok');
  });
});

describe('a quota', () => {
  let poller: TestPoller;
  afterEach(() => poller.close());

  async function announced() {
    const { rows } = await poller.db.pipeline.query(
      `select type, data->>'state' as state, data->>'previous_state' as before
       from event_log where subject_id = $1 order by sequence`,
      [poller.account.id],
    );
    return rows.map(({ type, state, before }) => `${type}: ${before} → ${state}`);
  }

  it('that is near is reported once, and its recovery too although no call is made', async () => {
    poller = await openTestPoller({ limits: { callsPerHour: 40, callsPerSecond: 50 } });
    const numbers = Array.from({ length: 60 }, (_, index) => `N${index}`);
    await poller.ingestAll(numbers);
    await poller.runUntil(START_MS + HOUR_MS - 60_000);
    const near = [
      'carrier_account.health_changed: idle → ok',
      'carrier_account.health_changed: ok → quota_near',
    ];
    expect(await announced()).toEqual(near);
    for (const number of numbers) await poller.ingest(number, { type: 'shipment.deleted' });
    const calls = poller.carrier.calls.length;
    await poller.runUntil(START_MS + 3 * HOUR_MS);
    expect(poller.carrier.calls).toHaveLength(calls);
    expect(await announced()).toEqual([...near, 'carrier_account.health_changed: quota_near → ok']);
  });

  it('that a plan spends and refills by turns is reported once, not at each turn', async () => {
    poller = await openTestPoller({ limits: { callsPerHour: 40, callsPerSecond: 50 } });
    const burst = async (calls: number) => {
      for (let index = 0; index < calls; index += 1) {
        await bookCall(poller.db.pipeline, {
          accountId: poller.account.id,
          ...poller.tenant,
          atMs: poller.clock.nowMs(),
          isRefresh: false,
        });
      }
      await poller.run();
    };
    poller.carrier.parcels.set('A', [{ code: 'in_transit', atMs: START_MS - HOUR_MS }]);
    await poller.ingest('A');
    await poller.run();
    // 34 calls, an hour of none, 34 calls: each time the window is empty for a moment only.
    for (let index = 0; index < 5; index += 1) {
      await burst(34);
      poller.clock.advance(HOUR_MS / 2);
      await poller.run();
      poller.clock.advance(HOUR_MS / 2 + 3 * 60_000);
      await poller.run();
    }
    const near = ['idle → ok', 'ok → quota_near'];
    expect(await announced()).toEqual(
      near.map((each) => `carrier_account.health_changed: ${each}`),
    );
    poller.clock.advance(2 * HOUR_MS);
    await poller.run();
    expect((await announced()).at(-1)).toBe('carrier_account.health_changed: quota_near → ok');
  });
});
