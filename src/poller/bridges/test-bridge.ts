import type { BridgeDesk, BridgedParcel, RegisterOutcome } from '../../adapters/contract/bridge.ts';
import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import type { CarrierSession } from '../../adapters/contract/pull.ts';
import type { BridgeRule, PollingAccount } from '../../intake/index.ts';
import type { ManualClock } from '../../platform/clock.ts';
import { type RunDeps, runAccount } from '../run/run-account.ts';
import { createTestCarrier, NO_LIMITS, type TestCarrier } from '../test-carrier.ts';
import { openTestPoller, TEST_BRIDGES, type TestPoller } from '../test-poller.ts';
import { keepRegistrations, type RegistrationDeps } from './keep-registrations.ts';
import { notePulled, watchSilence } from './watch-silence.ts';

/** How the service answers a call of `register`; `lost`: the process dies before the answer. */
export type Answer = 'registered' | 'refused' | 'quota_used_up' | 'unsent' | 'error' | 'lost';

/** A service that counts what it is asked to register and to stop. */
export interface TestBridge {
  readonly carrier: TestCarrier;
  readonly adapter: CarrierAdapter;
  readonly registered: { readonly number: string; readonly atMs: number; readonly as: Answer }[];
  readonly parcels: BridgedParcel[];
  readonly stopped: string[];
  answer: Answer;
  quota: { used: number; remaining: number } | null;
  quotaCalls: number;
}

function createTestBridge(clock: ManualClock, name: string): TestBridge {
  const carrier = createTestCarrier(clock, { ...NO_LIMITS, batchMax: 10 });
  const bridge: BridgeDesk = {
    parcelsPerCall: 2,
    async register(parcels) {
      const as = desk.answer;
      desk.parcels.push(...parcels);
      for (const { trackingNumber: number } of parcels) {
        desk.registered.push({ number, atMs: clock.nowMs(), as });
      }
      if (as === 'lost') throw new Error('killed');
      return parcels.map(({ trackingNumber }): RegisterOutcome => {
        if (as === 'registered') {
          return { outcome: as, trackingNumber, reference: `ref ${trackingNumber}` };
        }
        return { outcome: as, trackingNumber, reason: 'so' };
      });
    },
    async stop(parcels) {
      desk.stopped.push(...parcels.map(({ trackingNumber }) => trackingNumber));
      return parcels.map(({ trackingNumber }) => ({ outcome: 'stopped', trackingNumber }));
    },
    async quota() {
      desk.quotaCalls += 1;
      const { quota } = desk;
      return quota === null
        ? { outcome: 'error', reason: 'not now' }
        : { outcome: 'quota', ...quota };
    },
  };
  const { manifest } = carrier.adapter;
  const desk: TestBridge = {
    carrier,
    adapter: { ...carrier.adapter, manifest: { ...manifest, name, role: 'bridge' }, bridge },
    registered: [],
    parcels: [],
    stopped: [],
    answer: 'registered',
    quota: null,
    quotaCalls: 0,
  };
  return desk;
}

const SESSION: CarrierSession = {
  credentials: {},
  nowMs: () => 0,
  newId: () => '',
  send: async () => ({ kind: 'unsent', reason: 'stopping', retryAfterS: null }),
};

/** The poller with the bridges `relay` and `second`, and accounts of the test's own. */
export interface TestBridges {
  readonly poller: TestPoller;
  readonly relay: TestBridge;
  readonly second: TestBridge;
  /** Adds an account with a bridge. */
  join(bridge: string, rule: BridgeRule | null): Promise<PollingAccount>;
  /** Judges the silence, registers, stops and makes targets, as an account's run does. */
  keep(account: PollingAccount): Promise<void>;
  /** Polls through the bridge, once. */
  poll(account: PollingAccount): Promise<void>;
  readonly deps: RegistrationDeps;
}

export async function openTestBridges(
  destinations: ReadonlyMap<string, string> = new Map(),
): Promise<TestBridges> {
  const bridges = new Map<string, TestBridge>();
  const poller = await openTestPoller({
    adapters: (clock) => {
      for (const name of ['relay', 'second']) bridges.set(name, createTestBridge(clock, name));
      return Object.fromEntries([...bridges].map(([name, { adapter }]) => [name, adapter]));
    },
  });
  const find = (name: string): TestBridge => {
    const bridge = bridges.get(name);
    if (bridge === undefined) throw new Error(`no bridge ${name}`);
    return bridge;
  };
  const { db, clock, tenant, accounts, plans } = poller;
  const deps: RegistrationDeps = {
    db,
    clock,
    plans,
    adapterOf: poller.deps.adapterOf,
    bridges: {
      ...TEST_BRIDGES,
      destinationsOf: async (ids) => {
        const { rows } = await db.pipeline.query<{ shipment_id: string; tracking_number: string }>(
          'select shipment_id, tracking_number from poll_targets where shipment_id = any($1)',
          [ids],
        );
        return new Map(
          rows.map((row) => [
            row.shipment_id,
            { country: destinations.get(row.tracking_number) ?? null, postalCode: null },
          ]),
        );
      },
    },
  };
  return {
    poller,
    relay: find('relay'),
    second: find('second'),
    deps,
    async join(carrier, rule) {
      const label = crypto.randomUUID();
      const { id } = await accounts.create(tenant, {
        carrier,
        label,
        credentials: { k: 'v' },
        rule,
      });
      plans.accountsChanged();
      const account = await accounts.forPolling(id, { fresh: true });
      if (account === null) throw new Error('the account does not exist');
      return account;
    },
    async keep(account) {
      const desk = find(account.carrier).adapter.bridge;
      await watchSilence(poller.deps, account);
      if (desk !== undefined) await keepRegistrations(deps, account, desk, SESSION);
    },
    async poll(account) {
      const { ask } = find(account.carrier).carrier;
      const onPulled: RunDeps['onPulled'] = (of, pulled) => notePulled(poller.deps, of, pulled);
      await runAccount({ ...poller.deps, ask, onPulled }, account.id, new AbortController().signal);
    },
  };
}
