import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Accounts, createAccounts } from '../../intake/index.ts';
import { systemRandom } from '../../platform/clock.ts';
import { createKeyring } from '../../platform/sealing/sealing.ts';
import { requestRefresh } from '../request-refresh.ts';
import { openTestPoller, START_MS, type TestPoller } from '../test-poller.ts';
import { credentialsChanged } from './health.ts';
import { readState } from './state.sql.ts';

let poller: TestPoller;
/** The accounts as another process sees them, with a cache of its own. */
let accounts: Accounts;
let woken: { id: string; atMs: number }[];
beforeEach(async () => {
  poller = await openTestPoller();
  const keyring = createKeyring([new Uint8Array(32).fill(7)], systemRandom);
  accounts = createAccounts({ ...poller.deps, db: poller.db, keyring });
  woken = [];
  poller.carrier.parcels.set('A', [{ code: 'PICK', atMs: START_MS - 60_000 }]);
  await poller.ingest('A');
});
afterEach(() => poller.close());

const wake = (id: string, atMs: number) => void woken.push({ id, atMs });
const state = () => readState(poller.db.pipeline, poller.account.id);
const callsOf = () => poller.carrier.calls.length;

async function rotate(): Promise<void> {
  await accounts.patch(poller.tenant, poller.account.id, () => ({
    credentials: { key: 'another-test-key' },
  }));
}
const changed = () => credentialsChanged({ ...poller.deps, accounts, wake }, poller.account.id);

async function announced(): Promise<unknown[]> {
  const { rows } = await poller.db.pipeline.query(
    `select data->>'state' as state from event_log where subject_id = $1 order by sequence`,
    [poller.account.id],
  );
  return rows.map((row) => row.state);
}

describe('other credentials', () => {
  it('leave the pause that a carrier requested', async () => {
    poller.carrier.failure = { outcome: 'rate_limited', reason: '429', retryAfterS: 600 };
    await poller.run();
    poller.carrier.failure = null;
    await rotate();
    await changed();
    const before = callsOf();
    expect(await poller.run()).toMatchObject({ calls: 0, nextWakeAtMs: START_MS + 600_000 });
    expect(callsOf()).toBe(before);
    expect(await announced()).toEqual(['rate_limited']);
  });

  it.each([
    ['auth_error', 'failing_credentials'],
    ['scope_missing', 'missing_scope'],
  ] as const)(
    'end a pause for %s at once, wake the account, and return that',
    async (outcome, health) => {
      poller.carrier.failure = { outcome, reason: 'because', retryAfterS: 3_600 };
      await poller.run();
      poller.carrier.failure = null;
      await rotate();
      poller.clock.advance(2_000);
      const nowMs = poller.clock.nowMs();
      await changed();
      expect(woken).toEqual([{ id: poller.account.id, atMs: nowMs }]);
      expect((await state())?.savings.asOfMs).toBe(nowMs);
      expect(await announced()).toEqual([health, 'idle']);
      await poller.run();
      expect(await poller.target('A')).toMatchObject({ lastPolledAtMs: nowMs });
      expect(await announced()).toEqual([health, 'idle', 'ok']);
    },
  );

  it('close an open breaker', async () => {
    await poller.ingestAll(['B', 'C', 'D', 'E', 'F']);
    poller.carrier.failure = 'timeout';
    await poller.run();
    poller.clock.advance(60_000);
    await poller.run();
    expect(await state()).toMatchObject({ breaker: { phase: 'open' }, health: 'unreachable' });
    await changed();
    expect(await state()).toMatchObject({ breaker: { phase: 'closed' }, trouble: null });
  });

  it('restart numbers that the old ones had no access to', async () => {
    poller.carrier.special.set('A', 'refused');
    await poller.run();
    expect(await poller.target('A')).toMatchObject({ endReason: 'refused' });
    poller.carrier.special.clear();
    await rotate();
    await changed();
    const { dueAtMs } = await poller.target('A');
    expect(dueAtMs).toBeLessThanOrEqual(START_MS + 1_800_000);
    poller.clock.set(dueAtMs);
    await poller.run();
    const known = await poller.target('A');
    expect(known).toMatchObject({ endReason: null, known: true });
    expect(known.dueAtMs).toBeGreaterThan(poller.clock.nowMs());
  });

  it('request the pushes again that the old ones were denied', async () => {
    await poller.run();
    await poller.db.pipeline.query(
      `insert into push_subscriptions (id, account_id, merchant_id, mode, carrier, tracking_number,
         state, try_at, tries, created_at, updated_at)
       select gen_random_uuid(), id, merchant_id, mode, carrier, 'A', 'wanted',
         now() + interval '9 h', 8, now(), now() from carrier_accounts`,
    );
    await changed();
    const { rows } = await poller.db.pipeline.query('select try_at, tries from push_subscriptions');
    expect(rows).toEqual([{ try_at: new Date(START_MS), tries: 0 }]);
  });

  it('are not blamed for a refusal of the old ones that was still under way', async () => {
    poller.carrier.failure = { outcome: 'auth_error', reason: 'because' };
    poller.carrier.during = async () => {
      poller.carrier.during = async () => {};
      await rotate();
      await changed();
    };
    const { nextWakeAtMs } = await poller.run();
    expect(nextWakeAtMs).toBe(poller.clock.nowMs());
    expect(callsOf()).toBe(1);
    expect(await state()).toMatchObject({ trouble: null });
    expect(await announced()).toEqual([]);
  });
});

describe('a refresh during a pause', () => {
  it.each([
    ['auth_error', 'failing_credentials'],
    ['rate_limited', 'rate_limited'],
  ] as const)('says that it is one for %s, and until when', async (outcome, health) => {
    poller.carrier.failure = { outcome, reason: 'because', retryAfterS: 600 };
    await poller.run();
    poller.clock.advance(60_000);
    const deps = { ...poller.deps, db: poller.db, plans: poller.plans, wake };
    const parcel = { carrier: 'acme', trackingNumber: 'A' };
    expect(await requestRefresh(deps, poller.tenant, parcel)).toEqual({
      outcome: 'paused',
      state: health,
      reason: 'because',
      untilMs: START_MS + 600_000,
      retryAfterS: 540,
    });
    poller.clock.advance(540_000);
    expect(await requestRefresh(deps, poller.tenant, parcel)).toMatchObject({ outcome: 'queued' });
  });
});
