import {
  createSandbox,
  loadSandboxes,
  type RateLimit,
  type Sandbox,
  sandboxClock,
} from '../../../src/adapter-kit/sandbox.ts';
import {
  createTestHub,
  type TestHub,
  type TestHubOptions,
} from '../../../src/http/testing/test-hub.ts';
import type { NewAccount } from '../../../src/intake/index.ts';
import type { Tenant } from '../../../src/kernel/tenant.ts';
import { systemRandom } from '../../../src/platform/clock.ts';
import { readLog, SHARDS } from '../../../src/platform/event-log/event-log.ts';
import { createLog } from '../../../src/platform/observability/log.ts';
import { readConfig } from '../../../src/platform/settings/config.ts';
import { createAccountWork } from '../../../src/poller/accounts/work.ts';
import type { Pauses } from '../../../src/poller/index.ts';
import {
  type AccountHealth,
  accountHealth,
  type CarrierExtras,
  createCarrierExtras,
  createPlans,
  createPoliciesInUse,
  explainPolling,
  followLog,
  type PollingExplanation,
  type RefreshOutcome,
  requestRefresh,
  runTimers,
} from '../../../src/poller/index.ts';
import {
  explainShipment,
  registerShipment,
  type ShipmentView,
  viewShipment,
} from '../../../src/tracking/index.ts';
import { madeNumbers } from '../parcels/made-numbers.ts';
import { SANDBOX_ORIGIN, type SandboxTransport, sandboxTransport } from '../sandbox-transport.ts';

/**
 * The hub with its poller and the sandbox carriers, put together as the command line does, on one
 * clock that jumps from each thing that is due to the next. Only time and the wire are not real.
 */
export interface VirtualHub {
  readonly hub: TestHub;
  readonly tenant: Tenant;
  readonly sandbox: Sandbox;
  readonly wire: SandboxTransport;
  /** An account of the sandbox's environment, with whatever credentials the sandbox takes. */
  connect(carrier: string, account?: Partial<NewAccount>): Promise<string>;
  /** Types the account's hook into the carrier's portal, for carriers that want it there. */
  typeHook(carrier: string, accountId: string): Promise<void>;
  /** Numbers of the carrier's own making, the same in every run. */
  numbers(carrier: string, count: number, from?: number): readonly string[];
  /** A number that plays a story from `atMs` on (default: now), followed by nobody yet. */
  play(carrier: string, number: string, story: Story): void;
  /** The same, followed by the merchant from now; without a story a number nobody knows. */
  follow(carrier: string, number: string, story: Story | null): Promise<string>;
  /**
   * Lets time pass; `meanwhile` is called after each thing that was done, and may answer when it
   * wants to be called next (epoch milliseconds), if nothing is done before.
   */
  runUntil(endMs: number, meanwhile?: () => Promise<number | null>): Promise<void>;
  view(shipmentId: string): Promise<ShipmentView>;
  facts(shipmentId: string): Promise<readonly FactSeen[]>;
  polling(carrier: string, number: string): Promise<PollingExplanation>;
  refresh(carrier: string, number: string): Promise<RefreshOutcome | null>;
  health(accountId: string): Promise<AccountHealth>;
  /** The event log about a subject, in order. */
  events(subjectId: string): Promise<readonly EventSeen[]>;
  close(): Promise<void>;
}

export interface Story {
  readonly scenario: string;
  /** Epoch milliseconds; default: now. */
  readonly atMs?: number;
  readonly pace?: number;
}

export interface FactSeen {
  readonly status: string;
  readonly verdict: string;
  readonly shown: boolean;
  /** The sources that reported it, in the order in which they did. */
  readonly sources: readonly string[];
  readonly firstIngestedAtMs: number;
}

export interface EventSeen {
  readonly type: string;
  readonly atMs: number;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface VirtualHubOptions {
  readonly startMs?: number;
  readonly pauses?: Pauses;
  /** Which parcels are polled at the pace of demo parcels; default: none. */
  readonly isDemo?: Parameters<typeof createPoliciesInUse>[3];
  /** Other limits than the carriers' own, at the carriers. */
  readonly rates?: Readonly<Record<string, readonly RateLimit[]>>;
  /** What the hub under it is made with besides. */
  readonly hub?: Pick<TestHubOptions, 'publicRoutes' | 'keyring' | 'datesToldApart'>;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
/** A Monday, at midnight in UTC. */
export const VIRTUAL_START_MS = Date.UTC(2026, 3, 13);

/** As configured by default: config/defaults.yaml. */
const { pollingFloorS, pollingCeilingS } = readConfig({});
const PAUSES: Pauses = { floorS: pollingFloorS, ceilingS: pollingCeilingS };
/** The product looks at timers every few seconds; here they may be that late. */
const CHORES_MS = 15 * MINUTE_MS;
const NEVER = new AbortController().signal;

export async function openVirtualHub(options: VirtualHubOptions = {}): Promise<VirtualHub> {
  let ask: CarrierExtras | null = null;
  const extras: CarrierExtras = {
    pickupPoints: async (...asked) => present(ask, 'way to ask').pickupPoints(...asked),
    redirectOptions: async (...asked) => present(ask, 'way to ask').redirectOptions(...asked),
    redirect: async (...asked) => present(ask, 'way to ask').redirect(...asked),
  };
  const hub = await createTestHub({ ...options.hub, extras });
  const { clock, db, accounts, inbox, tracking } = hub;
  clock.set(options.startMs ?? VIRTUAL_START_MS);
  const { tenant } = await hub.newKey();
  const carriers = (await loadSandboxes()).filter(({ name }) => hub.adapters.get(name));
  const { rates } = options;
  const sandbox = createSandbox({
    carriers,
    clock: sandboxClock(clock),
    ...(rates === undefined ? {} : { rates }),
  });
  const known = new Set<string>();
  const wire = sandboxTransport(sandbox, clock, known);
  const log = createLog({ level: 'silent' });
  const policies = createPoliciesInUse(db, 'adaptive', options.pauses ?? PAUSES, options.isDemo);
  const plans = createPlans({ db, clock, accounts, policies: policies.current });
  const adapterOf = (carrier: string) => hub.adapters.get(carrier);
  const wakes = new Map<string, number>();
  const wake = (accountId: string, atMs: number): void => {
    wakes.set(accountId, Math.min(atMs, wakes.get(accountId) ?? atMs));
  };
  const shared = { db, clock, accounts, plans, adapterOf, inbox, log };
  const work = createAccountWork({
    ...shared,
    policies,
    wake,
    http: wire,
    wait: async (ms) => clock.advance(ms),
    randomBytes: systemRandom,
    handshakes: hub.handshakes,
    proofs: hub.proofs,
    originOf: ({ carrier }) => `${SANDBOX_ORIGIN}/${carrier}`,
    publicUrl: () => hub.url,
    headerName: () => undefined,
  });
  ask = createCarrierExtras({
    db,
    clock,
    accounts,
    plans,
    adapterOf,
    http: wire,
    randomBytes: systemRandom,
    wait: async (ms) => clock.advance(ms),
    originOf: ({ carrier }) => `${SANDBOX_ORIGIN}/${carrier}`,
  });
  const consumer = followLog({
    ...shared,
    planOf: plans.planOf,
    listener: { on: () => () => {} },
    onDue: (group, dueAtMs) => dues.push({ group, dueAtMs }),
  });
  const dues: { group: Parameters<typeof plans.accountOf>[0]; dueAtMs: number }[] = [];
  let hasNews = true;
  inbox.onStored(() => {
    hasNews = true;
  });

  /** What was received is visible, in the due index, and its wake-ups are set. */
  async function settle(): Promise<void> {
    if (!hasNews) return;
    hasNews = false;
    await hub.settled();
    await consumer.idle();
    for (const { group, dueAtMs } of dues.splice(0)) {
      const accountId = await plans.accountOf(group);
      if (accountId !== null) wake(accountId, dueAtMs);
    }
  }

  async function chores(): Promise<void> {
    await work.handshakes.perform();
    while ((await runTimers({ ...shared, planOf: plans.planOf })) > 0);
  }

  let choresAtMs = clock.nowMs();
  function nextAtMs(): number {
    return Math.min(choresAtMs, sandbox.nextPushMs ?? Number.POSITIVE_INFINITY, ...wakes.values());
  }

  async function step(): Promise<void> {
    const nowMs = clock.nowMs();
    if ((sandbox.nextPushMs ?? Number.POSITIVE_INFINITY) <= nowMs) {
      await sandbox.pump();
      await work.handshakes.perform();
    }
    if (choresAtMs <= nowMs) {
      await chores();
      choresAtMs = nowMs + CHORES_MS;
    }
    for (const [accountId, atMs] of [...wakes].filter(([, dueMs]) => dueMs <= nowMs)) {
      wakes.delete(accountId);
      const { nextWakeAtMs } = await work.look(accountId, NEVER);
      if (nextWakeAtMs !== null) wake(accountId, Math.max(nextWakeAtMs, atMs + 1));
      await settle();
    }
    await settle();
  }

  function play(carrier: string, number: string, story: Story): void {
    const { scenario, atMs = clock.nowMs(), pace = 1 } = story;
    known.add(number);
    sandbox.register(carrier, { number, scenario, start: { atMs }, pace });
  }

  return {
    hub,
    tenant,
    sandbox,
    wire,
    async connect(carrier, account = {}) {
      const credentials = carriers.find(({ name }) => name === carrier)?.credentials ?? {};
      const { id } = await accounts.create(tenant, {
        carrier,
        label: carrier,
        environment: 'sandbox',
        credentials,
        ...account,
      });
      wake(id, clock.nowMs());
      return id;
    },
    async typeHook(carrier, accountId) {
      const account = present(await accounts.forPolling(accountId), accountId);
      sandbox.subscribe(carrier, {
        account: account.credentials['client_id'] ?? '',
        numbers: [],
        url: `${hub.url}/webhooks/carrier/${carrier}/${accountId}`,
        secret: present(account.webhookSecrets[0] ?? null, 'webhook secret'),
      });
    },
    numbers: (carrier, count, from = 0) =>
      madeNumbers(carrier, present(adapterOf(carrier) ?? null, carrier).numbers, count, from),
    play,
    async follow(carrier, number, story) {
      known.add(number);
      if (story !== null) play(carrier, number, story);
      const { shipment } = await registerShipment(tracking, tenant, {
        carrier,
        trackingNumber: number,
      });
      hasNews = true;
      return shipment.id;
    },
    async runUntil(endMs, meanwhile) {
      // What was asked of the hub between runs is news, too, as is what is done meanwhile.
      hasNews = true;
      await settle();
      let wantedAtMs = Number.POSITIVE_INFINITY;
      const next = () => Math.min(nextAtMs(), wantedAtMs);
      for (let atMs = next(); atMs < endMs; atMs = next()) {
        clock.set(Math.max(clock.nowMs(), atMs));
        await step();
        if (meanwhile === undefined) continue;
        wantedAtMs = (await meanwhile()) ?? Number.POSITIVE_INFINITY;
        hasNews = true;
      }
      clock.set(Math.max(clock.nowMs(), endMs));
    },
    async view(shipmentId) {
      return present(await viewShipment(tracking, tenant, shipmentId), shipmentId);
    },
    async facts(shipmentId) {
      const explained = present(await explainShipment(tracking, tenant, shipmentId), shipmentId);
      const { rows } = await db.pipeline.query<{ identity: string; sources: string[]; at: Date }>(
        `select identity, array_agg(distinct door) as sources, min(received_at) as at
         from sightings where shipment_id = $1 group by identity`,
        [shipmentId],
      );
      const ingested = new Map(rows.map((row) => [row.identity, row]));
      return explained.explanation.facts.map(({ identity, reading, verdict, shown }) => ({
        status: reading.status,
        verdict,
        shown,
        sources: ingested.get(identity)?.sources ?? [],
        firstIngestedAtMs: ingested.get(identity)?.at.getTime() ?? Number.NaN,
      }));
    },
    async polling(carrier, trackingNumber) {
      const deps = { db, plans, policies: policies.current };
      return present(await explainPolling(deps, tenant, { carrier, trackingNumber }), carrier);
    },
    refresh: (carrier, trackingNumber) =>
      requestRefresh({ ...shared, wake }, tenant, { carrier, trackingNumber }),
    async health(accountId) {
      return present(await accountHealth(shared, tenant, accountId), accountId);
    },
    async events(subjectId) {
      const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
      const read = await Promise.all(
        shards.map((shard) => readLog(db.pipeline, shard, 0n, 100_000)),
      );
      return read
        .flat()
        .filter((entry) => entry.subjectId === subjectId)
        .sort((one, other) => one.sequence - other.sequence)
        .map(({ type, data, recordedAtMs }) => ({ type, data, atMs: recordedAtMs }));
    },
    async close() {
      await consumer.stop();
      await hub.close();
    },
  };
}

function present<T>(found: T | null, what: string): T {
  if (found === null) throw new Error(`there is no ${what}`);
  return found;
}
