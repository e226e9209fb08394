import {
  createSandbox,
  loadSandboxes,
  type RateLimit,
  type Sandbox,
  sandboxClock,
} from '../../../src/adapters/sandbox-kit/index.ts';
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
import type { Pauses, Plans } from '../../../src/poller/index.ts';
import {
  type AccountHealth,
  accountHealth,
  type CarrierExtras,
  consumeLog,
  createCarrierExtras,
  createPlans,
  createPoliciesInUse,
  explainPolling,
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
  track(carrier: string, number: string, story: Story | null): Promise<string>;
  /**
   * Lets time pass; `meanwhile` is called after each thing that was done, and may answer when it
   * wants to be called next (epoch milliseconds), if nothing is done before.
   */
  runUntil(endMs: number, meanwhile?: () => Promise<number | null>): Promise<void>;
  view(shipmentId: string): Promise<ShipmentView>;
  facts(shipmentId: string): Promise<readonly RecordedFact[]>;
  polling(carrier: string, number: string): Promise<PollingExplanation>;
  refresh(carrier: string, number: string): Promise<RefreshOutcome | null>;
  health(accountId: string): Promise<AccountHealth>;
  /** The event log about a subject, in order. */
  events(subjectId: string): Promise<readonly RecordedEvent[]>;
  close(): Promise<void>;
}

export interface Story {
  readonly scenario: string;
  /** Epoch milliseconds; default: now. */
  readonly atMs?: number;
  readonly pace?: number;
}

export interface RecordedFact {
  readonly status: string;
  readonly verdict: string;
  readonly shown: boolean;
  /** The sources that reported it, in the order in which they did. */
  readonly sources: readonly string[];
  readonly firstIngestedAtMs: number;
}

export interface RecordedEvent {
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
  readonly hub?: Pick<TestHubOptions, 'publicRoutes' | 'keyring' | 'announcesDatesSeparately'>;
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
    pickupPoints: async (...parameters) => present(ask, 'way to ask').pickupPoints(...parameters),
    redirectOptions: async (...parameters) =>
      present(ask, 'way to ask').redirectOptions(...parameters),
    redirect: async (...parameters) => present(ask, 'way to ask').redirect(...parameters),
  };
  const hub = await createTestHub({ ...options.hub, extras });
  hub.clock.set(options.startMs ?? VIRTUAL_START_MS);
  const { tenant } = await hub.newKey();
  const carriers = (await loadSandboxes()).filter(({ name }) => hub.adapters.get(name));
  const { rates } = options;
  const sandbox = createSandbox({
    carriers,
    clock: sandboxClock(hub.clock),
    ...(rates === undefined ? {} : { rates }),
  });
  const virtual = new JumpingHub(hub, tenant, sandbox, carriers, options);
  ask = virtual.extras;
  return virtual;
}

/** On its way to an account, which wants to be looked at then. */
interface Due {
  readonly group: Parameters<Plans['accountOf']>[0];
  readonly dueAtMs: number;
}

class JumpingHub implements VirtualHub {
  readonly hub: TestHub;
  readonly tenant: Tenant;
  readonly sandbox: Sandbox;
  readonly wire: SandboxTransport;
  readonly extras: CarrierExtras;
  readonly #carriers: Awaited<ReturnType<typeof loadSandboxes>>;
  readonly #known = new Set<string>();
  readonly #wakes = new Map<string, number>();
  readonly #dues: Due[] = [];
  readonly #policies: ReturnType<typeof createPoliciesInUse>;
  readonly #plans: Plans;
  readonly #shared;
  readonly #work: ReturnType<typeof createAccountWork>;
  readonly #consumer: ReturnType<typeof consumeLog>;
  #choresAtMs: number;
  /** Something was received that is not settled yet. */
  #isUnsettled = true;

  constructor(
    hub: TestHub,
    tenant: Tenant,
    sandbox: Sandbox,
    carriers: Awaited<ReturnType<typeof loadSandboxes>>,
    options: VirtualHubOptions,
  ) {
    const { clock, db, accounts, inbox } = hub;
    this.hub = hub;
    this.tenant = tenant;
    this.sandbox = sandbox;
    this.#carriers = carriers;
    this.wire = sandboxTransport(sandbox, clock, this.#known);
    const pauses = options.pauses ?? PAUSES;
    const policies = createPoliciesInUse(db, 'adaptive', pauses, options.isDemo);
    const plans = createPlans({ db, clock, accounts, policies: policies.current });
    this.#policies = policies;
    this.#plans = plans;
    const adapterOf = (carrier: string) => hub.adapters.get(carrier);
    const log = createLog({ level: 'silent' });
    this.#shared = { db, clock, accounts, plans, adapterOf, inbox, log };
    const calls = {
      http: this.wire,
      randomBytes: systemRandom,
      wait: async (ms: number) => clock.advance(ms),
      originOf: ({ carrier }: { readonly carrier: string }) => `${SANDBOX_ORIGIN}/${carrier}`,
    };
    this.#work = createAccountWork({
      ...this.#shared,
      ...calls,
      policies,
      wake: (accountId, atMs) => this.#wake(accountId, atMs),
      handshakes: hub.handshakes,
      proofs: hub.proofs,
      publicUrl: () => hub.url,
      headerName: () => undefined,
    });
    this.extras = createCarrierExtras({ ...this.#shared, ...calls });
    this.#consumer = consumeLog({
      ...this.#shared,
      planOf: plans.planOf,
      listener: { on: () => () => {} },
      onDue: (group, dueAtMs) => this.#dues.push({ group, dueAtMs }),
    });
    this.#choresAtMs = clock.nowMs();
    inbox.onStored(() => {
      this.#isUnsettled = true;
    });
  }

  async connect(carrier: string, account: Partial<NewAccount> = {}): Promise<string> {
    const credentials = this.#carriers.find(({ name }) => name === carrier)?.credentials ?? {};
    const { id } = await this.hub.accounts.create(this.tenant, {
      carrier,
      label: carrier,
      environment: 'sandbox',
      credentials,
      ...account,
    });
    this.#wake(id, this.hub.clock.nowMs());
    return id;
  }

  async typeHook(carrier: string, accountId: string): Promise<void> {
    const account = present(await this.hub.accounts.forPolling(accountId), accountId);
    this.sandbox.subscribe(carrier, {
      account: account.credentials['client_id'] ?? '',
      numbers: [],
      url: `${this.hub.url}/webhooks/carrier/${carrier}/${accountId}`,
      secret: present(account.webhookSecrets[0] ?? null, 'webhook secret'),
    });
  }

  numbers(carrier: string, count: number, from = 0): readonly string[] {
    const { numbers } = present(this.hub.adapters.get(carrier) ?? null, carrier);
    return madeNumbers(carrier, numbers, count, from);
  }

  play(carrier: string, number: string, story: Story): void {
    const { scenario, atMs = this.hub.clock.nowMs(), pace = 1 } = story;
    this.#known.add(number);
    this.sandbox.register(carrier, { number, scenario, start: { atMs }, pace });
  }

  async track(carrier: string, number: string, story: Story | null): Promise<string> {
    this.#known.add(number);
    if (story !== null) this.play(carrier, number, story);
    const { shipment } = await registerShipment(this.hub.tracking, this.tenant, {
      carrier,
      trackingNumber: number,
    });
    this.#isUnsettled = true;
    return shipment.id;
  }

  async runUntil(endMs: number, meanwhile?: () => Promise<number | null>): Promise<void> {
    const { clock } = this.hub;
    // What was asked of the hub between runs is to be settled, too, as is what is done meanwhile.
    this.#isUnsettled = true;
    await this.#settle();
    let wantedAtMs = Number.POSITIVE_INFINITY;
    const next = () => Math.min(this.#nextAtMs(), wantedAtMs);
    for (let atMs = next(); atMs < endMs; atMs = next()) {
      clock.set(Math.max(clock.nowMs(), atMs));
      await this.#step();
      if (meanwhile === undefined) continue;
      wantedAtMs = (await meanwhile()) ?? Number.POSITIVE_INFINITY;
      this.#isUnsettled = true;
    }
    clock.set(Math.max(clock.nowMs(), endMs));
  }

  async view(shipmentId: string): Promise<ShipmentView> {
    return present(await viewShipment(this.hub.tracking, this.tenant, shipmentId), shipmentId);
  }

  async facts(shipmentId: string): Promise<readonly RecordedFact[]> {
    const explained = present(
      await explainShipment(this.hub.tracking, this.tenant, shipmentId),
      shipmentId,
    );
    const { rows } = await this.hub.db.pipeline.query<{
      identity: string;
      sources: string[];
      at: Date;
    }>(
      `select identity, array_agg(distinct source) as sources, min(received_at) as at
       from observations where shipment_id = $1 group by identity`,
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
  }

  async polling(carrier: string, trackingNumber: string): Promise<PollingExplanation> {
    const deps = { ...this.#shared, policies: this.#policies.current };
    return present(await explainPolling(deps, this.tenant, { carrier, trackingNumber }), carrier);
  }

  refresh(carrier: string, trackingNumber: string): Promise<RefreshOutcome | null> {
    const wake = (accountId: string, atMs: number) => this.#wake(accountId, atMs);
    return requestRefresh({ ...this.#shared, wake }, this.tenant, { carrier, trackingNumber });
  }

  async health(accountId: string): Promise<AccountHealth> {
    return present(await accountHealth(this.#shared, this.tenant, accountId), accountId);
  }

  async events(subjectId: string): Promise<readonly RecordedEvent[]> {
    const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
    const read = await Promise.all(
      shards.map((shard) => readLog(this.hub.db.pipeline, shard, 0n, 100_000)),
    );
    return read
      .flat()
      .filter((entry) => entry.subjectId === subjectId)
      .sort((one, other) => one.sequence - other.sequence)
      .map(({ type, data, recordedAtMs }) => ({ type, data, atMs: recordedAtMs }));
  }

  async close(): Promise<void> {
    await this.#consumer.stop();
    await this.hub.close();
  }

  #wake(accountId: string, atMs: number): void {
    this.#wakes.set(accountId, Math.min(atMs, this.#wakes.get(accountId) ?? atMs));
  }

  /** What was received is visible, in the due index, and its wake-ups are set. */
  async #settle(): Promise<void> {
    if (!this.#isUnsettled) return;
    this.#isUnsettled = false;
    await this.hub.settled();
    await this.#consumer.idle();
    for (const { group, dueAtMs } of this.#dues.splice(0)) {
      const accountId = await this.#plans.accountOf(group);
      if (accountId !== null) this.#wake(accountId, dueAtMs);
    }
  }

  async #chores(): Promise<void> {
    await this.#work.handshakes.perform();
    while ((await runTimers({ ...this.#shared, planOf: this.#plans.planOf })) > 0);
  }

  #nextAtMs(): number {
    const pushMs = this.sandbox.nextPushMs ?? Number.POSITIVE_INFINITY;
    return Math.min(this.#choresAtMs, pushMs, ...this.#wakes.values());
  }

  async #step(): Promise<void> {
    const nowMs = this.hub.clock.nowMs();
    if ((this.sandbox.nextPushMs ?? Number.POSITIVE_INFINITY) <= nowMs) {
      await this.sandbox.pump();
      await this.#work.handshakes.perform();
    }
    if (this.#choresAtMs <= nowMs) {
      await this.#chores();
      this.#choresAtMs = nowMs + CHORES_MS;
    }
    for (const [accountId, atMs] of [...this.#wakes].filter(([, dueMs]) => dueMs <= nowMs)) {
      this.#wakes.delete(accountId);
      const { nextWakeAtMs } = await this.#work.run(accountId, NEVER);
      if (nextWakeAtMs !== null) this.#wake(accountId, Math.max(nextWakeAtMs, atMs + 1));
      await this.#settle();
    }
    await this.#settle();
  }
}

function present<T>(found: T | null, what: string): T {
  if (found === null) throw new Error(`there is no ${what}`);
  return found;
}
