import type { AdapterLimits, CarrierAdapter } from '../adapters/contract/contract.ts';
import type { Event, ShipmentEventType } from '../events/event.ts';
import { readEntry } from '../events/read-entry.ts';
import { anEstimate, aShipment } from '../events/test-events.ts';
import {
  type AccountEnvironment,
  type Accounts,
  createAccounts,
  type NewInboundMessage,
  type PollingAccount,
} from '../intake/index.ts';
import { uuidV7 } from '../kernel/ids.ts';
import type { Mode, Tenant } from '../kernel/tenant.ts';
import { ensureMerchant } from '../merchants/index.ts';
import { type ManualClock, manualClock, systemRandom } from '../platform/clock.ts';
import { type Database, openDatabase } from '../platform/database/database.ts';
import { createLog } from '../platform/observability/log.ts';
import { createKeyring } from '../platform/sealing/sealing.ts';
import { createTestDatabase, type TestDatabase } from '../platform/test-postgres.ts';
import type { BridgeParts } from './bridges/bridge-parcels.ts';
import { createKnownParcels } from './bridges/known-parcels.sql.ts';
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

/** A Tuesday at noon. */
export const START_MS = Date.UTC(2026, 2, 10, 12);
const TABLES = compileTables(SHIPPED_PRIOR);

export const TEST_POLICIES: Policies = {
  policy: adaptivePolicy(TABLES),
  tables: TABLES,
  pauses: { floorS: 900, ceilingS: 43_200 },
};

/** A catalogue in which bridges call carriers as we do. */
export const TEST_BRIDGES: BridgeParts = {
  codes: { codeOf: (_, carrier) => carrier },
  knownParcels: createKnownParcels(async () => new Uint8Array(32).fill(9)),
  knownTo: () => ['acme'],
  asksPostalCode: () => false,
  destinationsOf: async () => new Map(),
};

/** The poller on a real database, with a carrier, a clock and an inbox of the test's own. */
export interface TestPoller {
  readonly db: Database;
  readonly clock: ManualClock;
  readonly carrier: TestCarrier;
  readonly tenant: Tenant;
  readonly account: PollingAccount;
  readonly inboundMessages: NewInboundMessage[];
  readonly deps: RunDeps;
  readonly plans: Plans;
  readonly accounts: Accounts;
  run(): Promise<RunOutcome>;
  /** Applies one event about a number, the next of its shipment. */
  ingest(number: string, state?: Partial<ShipmentState>): Promise<void>;
  /** Applies one event about each of many numbers. */
  ingestAll(numbers: readonly string[], state?: Partial<ShipmentState>): Promise<void>;
  target(number: string): Promise<PollTarget>;
  /** Logs the answers stored since the last time, as tracking would. */
  logAnswers(): Promise<void>;
  /** Runs, logs answers and advances the clock to the next run, until `endMs`. */
  runUntil(endMs: number): Promise<void>;
  notes(): Record<string, unknown>[];
  close(): Promise<void>;
}

export interface ShipmentState {
  readonly type: ShipmentEventType;
  readonly shipmentId: string;
  readonly status: string;
  readonly subStatus: string | null;
  readonly confirmed: boolean;
  readonly expired: boolean;
  readonly lastEventAtMs: number | null;
  readonly createdAtMs: number;
  readonly edd: string | null;
  readonly via?: string;
  readonly sequence: number;
}

export interface TestPollerOptions {
  readonly limits?: Partial<AdapterLimits>;
  readonly policies?: Policies;
  readonly mode?: Mode;
  readonly environment?: AccountEnvironment;
  /** Further adapters by name. */
  readonly adapters?: (clock: ManualClock) => Readonly<Record<string, CarrierAdapter>>;
}

export async function openTestPoller(options: TestPollerOptions = {}): Promise<TestPoller> {
  const database = await createTestDatabase();
  const db = openDatabase({ url: database.url });
  const clock = manualClock(START_MS);
  const carrier = createTestCarrier(clock, { ...NO_LIMITS, ...options.limits });
  const merchant = { id: crypto.randomUUID(), slug: 'shop', name: 'Shop' };
  const { id: merchantId } = await ensureMerchant(db.pipeline, merchant);
  const tenant: Tenant = { merchantId, mode: options.mode ?? 'live' };
  const keyring = createKeyring([new Uint8Array(32).fill(7)], systemRandom);
  const accounts = createAccounts({ db, keyring, clock, randomBytes: systemRandom });
  const { id } = await accounts.create(tenant, {
    carrier: 'acme',
    label: 'main',
    credentials: { key: 'test-key' },
    ...(options.environment === undefined ? {} : { environment: options.environment }),
  });
  const account = await accounts.forPolling(id);
  if (account === null) throw new Error('the account that was just made does not exist');
  const { policies = TEST_POLICIES } = options;
  const others = options.adapters?.(clock) ?? {};
  const around = { database, db, clock, carrier, tenant, account, accounts, others };
  return new PollerAtWork(around, policies);
}

interface Around extends Pick<TestPoller, 'db' | 'clock' | 'carrier' | 'tenant' | 'account'> {
  readonly database: TestDatabase;
  readonly accounts: Accounts;
  readonly others: Readonly<Record<string, CarrierAdapter>>;
}

class PollerAtWork implements TestPoller {
  readonly db: Database;
  readonly clock: ManualClock;
  readonly carrier: TestCarrier;
  readonly tenant: Tenant;
  readonly account: PollingAccount;
  readonly inboundMessages: NewInboundMessage[] = [];
  readonly deps: RunDeps;
  readonly plans: Plans;
  readonly accounts: Accounts;
  readonly #database: TestDatabase;
  readonly #shipments = new Map<string, ShipmentState>();
  /** The number of inbound messages whose answers are logged. */
  #logged = 0;

  constructor(around: Around, policies: Policies) {
    const { database, db, clock, carrier, tenant, account, accounts, others } = around;
    this.accounts = accounts;
    this.#database = database;
    this.db = db;
    this.clock = clock;
    this.carrier = carrier;
    this.tenant = tenant;
    this.account = account;
    const adapterOf = (name: string) => (name === 'acme' ? carrier.adapter : others[name]);
    this.deps = {
      db,
      clock,
      randomBytes: systemRandom,
      log: createLog({ level: 'silent' }),
      wait: async (ms) => clock.advance(ms),
      accounts,
      adapterOf,
      ask: carrier.ask,
      policies: () => policies,
      plannedAtMs: new Map(),
      inbox: {
        storeWithin: async (_tx, stored) => {
          this.inboundMessages.push(...stored);
          return stored.map(() => uuidV7(clock.nowMs(), systemRandom(10)));
        },
        announce() {},
      },
    };
    this.plans = createPlans({ db, clock, accounts, adapterOf, policies: () => policies });
  }

  run(): Promise<RunOutcome> {
    return runAccount(this.deps, this.account.id, new AbortController().signal);
  }

  async logAnswers(): Promise<void> {
    const fresh = this.inboundMessages
      .slice(this.#logged)
      .filter(({ source }) => source === 'poll');
    this.#logged = this.inboundMessages.length;
    const events = fresh.flatMap(({ body }) => {
      const answer = JSON.parse(Buffer.from(body).toString('utf8')) as {
        number: string;
        events: TestEvent[];
      };
      const last = answer.events.at(-1);
      if (last === undefined) return [];
      return [this.#nextEvent(answer.number, { status: last.code, lastEventAtMs: last.atMs })];
    });
    await this.#project(events);
  }

  async runUntil(endMs: number): Promise<void> {
    while (this.clock.nowMs() < endMs) {
      const { nextWakeAtMs } = await this.run();
      await this.logAnswers();
      this.clock.set(Math.min(endMs, Math.max(nextWakeAtMs ?? 0, this.clock.nowMs() + 1_000)));
    }
  }

  async ingest(number: string, state: Partial<ShipmentState> = {}): Promise<void> {
    await this.#project([this.#nextEvent(number, state)]);
  }

  async ingestAll(numbers: readonly string[], state: Partial<ShipmentState> = {}): Promise<void> {
    for (let at = 0; at < numbers.length; at += 500) {
      const few = numbers.slice(at, at + 500);
      await this.#project(few.map((number) => this.#nextEvent(number, state)));
    }
  }

  async target(number: string): Promise<PollTarget> {
    const target = await targetByNumber(this.db.pipeline, 'acme', number);
    if (target === null) throw new Error(`no target ${number}`);
    return target;
  }

  notes(): Record<string, unknown>[] {
    return this.inboundMessages
      .filter(({ source }) => source === 'internal')
      .map(({ body }) => JSON.parse(Buffer.from(body).toString('utf8')));
  }

  async close(): Promise<void> {
    await this.db.end();
    await this.#database.drop();
  }

  async #project(events: readonly Event[]): Promise<void> {
    const { db, clock, adapterOf } = this.deps;
    const { plans } = this;
    await project({ db, clock, plans, planOf: plans.planOf, adapterOf }, events);
  }

  #nextEvent(number: string, state: Partial<ShipmentState>): Event {
    const before = this.#shipments.get(number);
    const nowMs = this.clock.nowMs();
    const next: ShipmentState = {
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
      ...state,
    };
    this.#shipments.set(number, next);
    return eventOf(this.tenant, number, next, nowMs);
  }
}

function eventOf(tenant: Tenant, number: string, state: ShipmentState, nowMs: number): Event {
  const { shipmentId, lastEventAtMs } = state;
  return readEntry({
    id: uuidV7(nowMs, systemRandom(10)),
    tenant,
    subjectId: shipmentId,
    sequence: state.sequence,
    type: state.type,
    occurredAtMs: nowMs,
    recordedAtMs: nowMs,
    shard: 0,
    position: 1n,
    previousAttributes: {},
    data: {
      ...aShipment({
        id: shipmentId,
        tracking_number: number,
        sub_status: state.subStatus,
        confirmed: state.confirmed,
        expired: state.expired,
        last_event_at: lastEventAtMs === null ? null : new Date(lastEventAtMs).toISOString(),
        time_zone: null,
        created_at: new Date(state.createdAtMs).toISOString(),
        estimated_delivery: state.edd === null ? null : anEstimate(state.edd),
      }),
      status: state.status,
      ...(state.via !== undefined && { via: state.via }),
    },
  });
}
