import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import { bridgeCodes, type Registry, shippedCatalogue } from '../../adapters/index.ts';
import type { CredentialCheck, Polling } from '../../http/index.ts';
import type { PollingAccount } from '../../intake/index.ts';
import { systemWait } from '../../platform/clock.ts';
import type { Sheds } from '../../platform/load/watch-load.ts';
import type { Machines } from '../../platform/machines.ts';
import { createHttpClient } from '../../platform/net/http-client.ts';
import { openWakeQueue } from '../../platform/queue/queue.ts';
import { hashKey } from '../../platform/sealing/hash-key.sql.ts';
import { installationName } from '../../platform/sealing/key-canary.sql.ts';
import { type Config, carrierSettingName } from '../../platform/settings/config.ts';
import {
  accountHealth,
  type BridgeParts,
  type CarrierExtras,
  type CredentialVerifier,
  createCarrierExtras,
  createCredentialVerifier,
  createKnownParcels,
  createPlans,
  createPoliciesInUse,
  createWaker,
  credentialsChanged,
  explainPolling,
  nextTurnAtMs,
  PARCELS_KEY,
  type Plans,
  type PoliciesInUse,
  reconsiderExcluded,
  requestRefresh,
  startPoller,
} from '../../poller/index.ts';
import { destinationsOf } from '../../tracking/ports/running.ts';
import type { Hub } from '../hub.ts';

/** Returns the URL at which the built-in sandbox simulates a carrier; null if it does not run. */
export type SandboxOrigin = (carrier: string) => string | null;

/** What every process knows about polling, whether or not it polls itself. */
export interface PollingParts {
  readonly plans: Plans;
  readonly policies: PoliciesInUse;
  /** For the merchants' API. */
  readonly polling: Polling;
  readonly extras: CarrierExtras;
  /** Verifies credentials with carriers, in this process and in the poller alike. */
  readonly verifier: CredentialVerifier & CredentialCheck;
}

export function composePolling(
  { config, database: db, clock, log, random, shutdown }: Machines,
  hub: Hub,
  {
    sandboxOrigin,
    demos,
  }: {
    readonly sandboxOrigin: SandboxOrigin;
    readonly demos: () => Readonly<Record<string, string>>;
  },
): PollingParts {
  const intervals = { floorS: config.pollingFloorS, ceilingS: config.pollingCeilingS };
  const policies = createPoliciesInUse(
    db,
    config.pollingPolicy,
    intervals,
    ({ carrier, trackingNumber }) => demos()[carrier] === trackingNumber,
  );
  const adapterOf = (carrier: string) => hub.registry.get(carrier);
  const plansDeps = { db, clock, accounts: hub.accounts, adapterOf, policies: policies.current };
  const plans = createPlans(plansDeps);
  const deps = { ...plansDeps, plans };
  const wake = createWaker(db, log);
  const http = createHttpClient();
  shutdown.onStop('calls reserved for people', () => http.close());
  const verifier = createCredentialVerifier({
    db,
    http,
    clock,
    wait: systemWait,
    randomBytes: random,
    adapterOf,
    originOf: (account, adapter) => originOf(account, adapter, config, sandboxOrigin),
  });
  const extras = createCarrierExtras({
    db,
    http,
    clock,
    wait: systemWait,
    randomBytes: random,
    adapterOf,
    plans,
    accounts: hub.accounts,
    originOf: (account, adapter) => originOf(account, adapter, config, sandboxOrigin),
  });
  return {
    plans,
    policies,
    verifier,
    extras,
    polling: {
      explain: (tenant, parcel) =>
        explainPolling({ ...deps, turnOf: (...due) => nextTurnAtMs(deps, ...due) }, tenant, parcel),
      health: (tenant, accountId) => accountHealth(deps, tenant, accountId),
      credentialsChanged: (accountId) =>
        credentialsChanged({ ...deps, log, randomBytes: random, wake }, accountId),
      async ruleChanged(accountId) {
        await reconsiderExcluded(db.pipeline, accountId);
        wake(accountId, clock.nowMs());
      },
      accountsChanged: () => plans.accountsChanged(),
      async refresh(tenant, parcel) {
        const outcome = await requestRefresh({ ...deps, wake }, tenant, parcel);
        if (outcome !== null) return outcome;
        // If it was just registered and not polled yet, it is polled at once anyway.
        const accountId = await plans.accountOf({ ...tenant, carrier: parcel.carrier });
        if (accountId === null) return { outcome: 'no_account' };
        return { outcome: 'queued', nextPollAtMs: clock.nowMs() };
      },
    },
  };
}

/**
 * Starts the role `poller` in this process.
 *
 * @param isBehind whether the inbox is slow, or a file is being registered: polls can wait
 * meanwhile.
 * @param load the work to skip under overload.
 */
export async function startPollerRole(
  machines: Machines,
  hub: Hub,
  parts: PollingParts,
  {
    publicUrl,
    sandboxOrigin,
    isBehind = () => false,
    load,
  }: {
    publicUrl: () => string;
    sandboxOrigin: SandboxOrigin;
    isBehind?: () => boolean;
    load: Sheds;
  },
): Promise<void> {
  const { config, database, clock, log, random, shutdown } = machines;
  const queue = await openWakeQueue({
    name: 'poller',
    redis: machines.redis,
    databaseUrl: machines.databaseUrl,
    namespace: await installationName(database.pipeline),
    clock,
    log,
  });
  const poller = await startPoller({
    db: database,
    queue,
    listener: machines.listener,
    clock,
    wait: systemWait,
    randomBytes: random,
    log,
    metrics: machines.metrics,
    accounts: hub.accounts,
    handshakes: hub.handshakes,
    inbox: hub.inbox,
    proofs: hub.proofs,
    adapterOf: (carrier) => hub.registry.get(carrier),
    originOf: (account, adapter) => originOf(account, adapter, config, sandboxOrigin),
    plans: parts.plans,
    bridges: bridgeParts({
      ...hub,
      parcelsKey: () => hashKey(database.pipeline, machines.keyring, random, PARCELS_KEY),
    }),
    policies: parts.policies,
    verifier: parts.verifier,
    publicUrl,
    givesWay: isBehind,
    load,
    headerName: (carrier) => config.webhookHeaders.get(carrierSettingName(carrier)),
  });
  shutdown.onStop('poller', () => poller.stop());
  log.info({ queue: queue.kind }, 'polling');
}

/** Returns what the poller needs for bridges. */
export function bridgeParts({
  registry,
  tracking,
  parcelsKey,
}: Pick<Hub, 'tracking'> & {
  readonly registry: Registry;
  readonly parcelsKey: () => Promise<Uint8Array>;
}): BridgeParts {
  const codes = bridgeCodes((carrier) => registry.get(carrier) !== undefined);
  const catalogue = shippedCatalogue();
  return {
    codes,
    knownParcels: createKnownParcels(parcelsKey),
    knownTo(bridge) {
      const installed = registry.carriers().filter(({ manifest }) => manifest.role !== 'own');
      const all = [...catalogue.list().map(({ id }) => id), ...installed.map(nameOf)];
      return [...new Set(all)].filter((carrier) => codes.codeOf(bridge, carrier) !== null);
    },
    asksPostalCode: (carrier) => catalogue.get(carrier)?.asks.includes('postal_code') ?? false,
    destinationsOf: (shipmentIds) => destinationsOf(tracking, shipmentIds),
  };
}

const nameOf = ({ manifest }: CarrierAdapter) => manifest.name;

/**
 * Returns the URL of a carrier. A merchant never names a URL: it follows from the account's
 * environment.
 */
function originOf(
  { environment, carrier }: Pick<PollingAccount, 'environment' | 'carrier'>,
  { access }: CarrierAdapter,
  { carrierUrls }: Pick<Config, 'carrierUrls'>,
  sandboxOrigin: SandboxOrigin,
): string | null {
  switch (environment) {
    case 'sandbox':
      return sandboxOrigin(carrier);
    case 'carrier_test':
      return access?.origins.test ?? null;
    case 'production':
      return carrierUrls.get(carrierSettingName(carrier)) ?? access?.origins.production ?? null;
  }
}
