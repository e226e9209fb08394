import type { AdapterLimits } from '../adapters/contract/contract.ts';
import type { Event, ShipmentEventType } from '../events/event.ts';
import { readEntry } from '../events/read-entry.ts';
import { anEstimate, aShipment } from '../events/test-events.ts';
import {
  type AccountEnvironment,
  createAccounts,
  type NewReceipt,
  type PollingAccount,
} from '../intake/index.ts';
import { uuidV7 } from '../kernel/ids.ts';
import type { Mode, Tenant } from '../kernel/tenant.ts';
import { ensureMerchant } from '../merchants/index.ts';
import { type ManualClock, manualClock, systemRandom } from '../platform/clock.ts';
import { type Database, openDatabase } from '../platform/database/database.ts';
import { createLog } from '../platform/observability/log.ts';
import { createKeyring } from '../platform/sealing/sealing.ts';
import { createTestDatabase } from '../platform/test-postgres.ts';
import type { Policies } from './budget/spend-plan.ts';
import { createPlans, type Plans } from './due/plans.ts';
import { project } from './due/projection.ts';
import type { PollTarget } from './due/target.ts';
import { targetByNumber } from './due/targets.sql.ts';
import { compileTables } from './hazard/compile.ts';
import { SHIPPED_PRIOR } from './hazard/shipped-prior.ts';
import { adaptivePolicy } from './policy/adaptive.ts';
import { type RunDeps, type RunOutcome, runAccount } from './run/run-account.ts';
import { createTestCarrier, NO_LIMITS, type TestCarrier, type TestEvent } from './test-carrier.ts';

/** A Tuesday noon. */
export const START_MS = Date.UTC(2026, 2, 10, 12);
const TABLES = compileTables(SHIPPED_PRIOR);

export const TEST_POLICIES: Policies = {
  policy: adaptivePolicy(TABLES),
  tables: TABLES,
  pauses: { floorS: 900, ceilingS: 43_200 },
};

/** The poller on a real database, with a carrier, a clock and an inbox of the test's own. */
export interface TestPoller {
  readonly db: Database;
  readonly clock: ManualClock;
  readonly carrier: TestCarrier;
  readonly tenant: Tenant;
  readonly account: PollingAccount;
  readonly receipts: NewReceipt[];
  readonly deps: RunDeps;
  readonly plans: Plans;
  run(): Promise<RunOutcome>;
  /** Takes in one entry about a number, the next of its shipment. */
  tell(number: string, told?: Partial<Told>): Promise<void>;
  /** Many at once. */
  tellAll(numbers: readonly string[], told?: Partial<Told>): Promise<void>;
  target(number: string): Promise<PollTarget>;
  /** What tracking would tell of the answers stored since the last time: the carrier's last word. */
  hearAnswers(): Promise<void>;
  /** Runs, hears and moves the clock to the next run, until then. */
  runUntil(endMs: number): Promise<void>;
  notes(): Record<string, unknown>[];
  close(): Promise<void>;
}

export interface Told {
  readonly type: ShipmentEventType;
  readonly shipmentId: string;
  readonly status: string;
  readonly subStatus: string | null;
  readonly confirmed: boolean;
  readonly expired: boolean;
  readonly lastEventAtMs: number | null;
  readonly createdAtMs: number;
  readonly edd: string | null;
  readonly sequence: number;
}

export interface TestPollerOptions {
  readonly limits?: Partial<AdapterLimits>;
  readonly policies?: Policies;
  readonly mode?: Mode;
  readonly environment?: AccountEnvironment;
}

export async function openTestPoller(options: TestPollerOptions = {}): Promise<TestPoller> {
  const database = await createTestDatabase();
  const db = openDatabase({ url: database.url });
  const clock = manualClock(START_MS);
  const carrier = createTestCarrier(clock, { ...NO_LIMITS, ...options.limits });
  const { id: merchantId } = await ensureMerchant(db.pipeline, {
    ...{ id: crypto.randomUUID(), slug: 'shop', name: 'Shop' },
  });
  const tenant: Tenant = { merchantId, mode: options.mode ?? 'live' };
  const keyring = createKeyring([new Uint8Array(32).fill(7)], systemRandom);
  const accounts = createAccounts({ db, keyring, clock, randomBytes: systemRandom });
  const { id } = await accounts.create(tenant, {
    ...{ carrier: 'acme', label: 'main', credentials: { key: 'test-key' } },
    ...(options.environment === undefined ? {} : { environment: options.environment }),
  });
  const account = await accounts.forPolling(id);
  if (account === null) throw new Error('the account that was just made does not exist');
  const receipts: NewReceipt[] = [];
  const policies = options.policies ?? TEST_POLICIES;
  const deps: RunDeps = {
    db,
    clock,
    randomBytes: systemRandom,
    log: createLog({ level: 'silent' }),
    wait: async (ms) => clock.advance(ms),
    accounts,
    adapterOf: (name) => (name === 'acme' ? carrier.adapter : undefined),
    ask: carrier.ask,
    policies: () => policies,
    inbox: {
      async storeWithin(_tx, stored) {
        receipts.push(...stored);
        return stored.map(() => uuidV7(clock.nowMs(), systemRandom(10)));
      },
      announce() {},
    },
  };
  const plans = createPlans({ db, clock, accounts, policies: () => policies });
  const following = { db, clock, planOf: plans.planOf, adapterOf: deps.adapterOf };
  const shipments = new Map<string, Told>();
  let heard = 0;
  const run = () => runAccount(deps, account.id, new AbortController().signal);

  async function hearAnswers(): Promise<void> {
    const fresh = receipts.slice(heard).filter(({ source }) => source === 'poll');
    heard = receipts.length;
    const events = fresh.flatMap(({ body }) => {
      const told = JSON.parse(Buffer.from(body).toString('utf8')) as {
        number: string;
        events: TestEvent[];
      };
      const last = told.events.at(-1);
      if (last === undefined) return [];
      return [nextEvent(told.number, { status: last.code, lastEventAtMs: last.atMs })];
    });
    await project(following, events);
  }

  function nextEvent(number: string, told: Partial<Told>): Event {
    const before = shipments.get(number);
    const nowMs = clock.nowMs();
    const next: Told = {
      type: before === undefined ? 'shipment.created' : 'shipment.status_changed',
      shipmentId: before?.shipmentId ?? uuidV7(nowMs, systemRandom(10)),
      status: before?.status ?? 'created',
      subStatus: null,
      confirmed: true,
      expired: false,
      lastEventAtMs: before?.lastEventAtMs ?? null,
      createdAtMs: before?.createdAtMs ?? nowMs,
      edd: before?.edd ?? null,
      sequence: (before?.sequence ?? 0) + 1,
      ...told,
    };
    shipments.set(number, next);
    return eventOf(tenant, number, next, nowMs);
  }

  return {
    ...{ db, clock, carrier, tenant, account, receipts, deps, plans },
    run,
    hearAnswers,
    async runUntil(endMs) {
      while (clock.nowMs() < endMs) {
        const { nextWakeAtMs } = await run();
        await hearAnswers();
        clock.set(Math.min(endMs, Math.max(nextWakeAtMs ?? 0, clock.nowMs() + 1_000)));
      }
    },
    tell: (number, told = {}) => project(following, [nextEvent(number, told)]),
    async tellAll(numbers, told = {}) {
      for (let at = 0; at < numbers.length; at += 500) {
        const events = numbers.slice(at, at + 500).map((number) => nextEvent(number, told));
        await project(following, events);
      }
    },
    async target(number) {
      const target = await targetByNumber(db.pipeline, 'acme', number);
      if (target === null) throw new Error(`no target ${number}`);
      return target;
    },
    notes: () =>
      receipts
        .filter(({ source }) => source === 'internal')
        .map(({ body }) => JSON.parse(Buffer.from(body).toString('utf8'))),
    async close() {
      await db.end();
      await database.drop();
    },
  };
}

function eventOf(tenant: Tenant, number: string, told: Told, nowMs: number): Event {
  const { shipmentId, lastEventAtMs } = told;
  return readEntry({
    id: uuidV7(nowMs, systemRandom(10)),
    tenant,
    subjectId: shipmentId,
    sequence: told.sequence,
    type: told.type,
    occurredAtMs: nowMs,
    recordedAtMs: nowMs,
    shard: 0,
    position: 1n,
    previousAttributes: {},
    data: {
      ...aShipment({
        id: shipmentId,
        tracking_number: number,
        sub_status: told.subStatus,
        confirmed: told.confirmed,
        expired: told.expired,
        last_event_at: lastEventAtMs === null ? null : new Date(lastEventAtMs).toISOString(),
        time_zone: null,
        created_at: new Date(told.createdAtMs).toISOString(),
        estimated_delivery: told.edd === null ? null : anEstimate(told.edd),
      }),
      status: told.status,
    },
  });
}
