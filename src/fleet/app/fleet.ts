import type { Registry } from '../../adapters/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { ApiKeysDeps } from '../../merchants/index.ts';
import { httpGeocoder } from '../../platform/geocoding/http-geocoder.ts';
import type { Machines } from '../../platform/machines.ts';
import { createHttpClient } from '../../platform/net/http-client.ts';
import {
  applyFacts,
  type ExceptionsDeps,
  type OwnCouriers,
} from '../../reactions/exceptions/index.ts';
import { startPlaces } from '../../reactions/places/places.ts';
import {
  cacheCourierSettings,
  consumeForCouriers,
  startWatchingDepots,
  startWatchingSilence,
} from '../couriers/index.ts';
import { custodyTrouble } from '../deliveries/index.ts';
import { lastPositionsOf, storedPlacesOf } from '../positions/index.ts';
import { createSandboxCouriers } from '../sandbox-couriers/start.ts';
import type { Foundation, HubAround } from './around.ts';
import { startPredictingArrivals } from './arrivals.ts';
import { type CourierParts, composeCouriers } from './couriers.ts';
import { startDeliveries } from './deliveries.ts';
import type { ServingFleet } from './serve.ts';

/** The merchant's own couriers in one process of the hub. */
export interface Fleet {
  /** Own couriers' answers to recipients' delivery requests. */
  readonly requests: OwnCouriers;
  /** Parcels that couriers hold unexpectedly, for cases. */
  readonly custodyTrouble: NonNullable<ExceptionsDeps['custodyTrouble']>;
  /**
   * Starts the consumers of the log.
   * @param givesWay whether somebody is waiting for a courier, so that background work should pause
   */
  startReactions(parts: HubAround, givesWay: () => boolean): Promise<void>;
  /**
   * Starts taking deliveries into custody and searching couriers for them. `isRush` says whether
   * somebody is waiting for a courier.
   */
  startDispatch(parts: HubAround): Promise<{ readonly isRush: boolean }>;
  /** Opens the parts that serve requests. */
  serve(
    parts: HubAround,
    base: { readonly keys: ApiKeysDeps; readonly registry: Registry },
  ): Promise<ServingFleet>;
  /** Creates the sandbox's couriers of a new installation. */
  createSandboxCouriers(tenant: Tenant): Promise<void>;
}

/** Opens the merchant's own couriers in one process of the hub. */
export function openFleet(machines: Machines, foundation: Foundation): Fleet {
  const couriers = composeCouriers(machines, foundation);
  const { ownCarrier, work } = couriers;
  return {
    requests: {
      carrier: ownCarrier,
      reschedule: (tenant, wanted) => work.reschedule(tenant, wanted),
    },
    custodyTrouble,
    async startReactions(parts, givesWay) {
      startLookingUpPlaces(machines, parts, couriers, givesWay);
      await startPredictingArrivals(machines, parts.predicting);
      startNoticingSilence(machines, parts.exceptions);
      startNoticingDepots(machines, couriers);
    },
    async startDispatch(parts) {
      const { database: db, clock, random: randomBytes, listener, log, shutdown } = machines;
      const custody = consumeForCouriers({ db, clock, randomBytes, listener, ownCarrier, log });
      shutdown.onStop('couriers', () => custody.stop());
      return startDeliveries(machines, parts, couriers);
    },
    async serve(parts, base) {
      // Loaded only where requests are answered: it brings the whole HTTP stage.
      const { serveFleet } = await import('./serve.ts');
      return serveFleet(machines, parts, couriers, base);
    },
    createSandboxCouriers: (tenant) => createSandboxCouriers(couriers, tenant),
  };
}

const MINUTE_MS = 60_000;

/** Starts the check for silent couriers. */
function startNoticingSilence(
  { database: db, clock, log, random, shutdown }: Machines,
  exceptions: ExceptionsDeps,
): void {
  const settingsOf = cacheCourierSettings(db, clock);
  const watching = startWatchingSilence({
    db,
    clock,
    log,
    randomBytes: random,
    silentAfterMs: async (tenant) => (await settingsOf(tenant)).silence.minutes * MINUTE_MS,
    lastPositions: (ids, sinceMs) => lastPositionsOf(db.pipeline, ids, sinceMs),
    applyCases: (tenant, shipmentId) => applyFacts(exceptions, tenant, shipmentId),
  });
  shutdown.onStop('silent couriers', () => watching.stop());
}

/** Starts noting when couriers arrive at their buildings and leave them. */
function startNoticingDepots(
  { database: db, clock, log, shutdown }: Machines,
  couriers: Pick<CourierParts, 'depotOf' | 'work'>,
): void {
  const settingsOf = cacheCourierSettings(db, clock);
  const watching = startWatchingDepots({
    db,
    clock,
    log,
    depotOf: couriers.depotOf,
    places: (ids) => storedPlacesOf(db.pipeline, ids),
    setsStatus: async (tenant) =>
      (await settingsOf(tenant)).depot.on_leaving === 'out_for_delivery',
    depart: async (tenant, courierId, code) => {
      await couriers.work.depart(tenant, courierId, code);
    },
  });
  shutdown.onStop('couriers at their buildings', () => watching.stop());
}

/** Public servers ask for one request at a time. */
const CONNECTIONS_MAX = 1;

/** Starts looking up where own couriers' parcels go. */
function startLookingUpPlaces(
  { config, keyring, log, listener, shutdown }: Machines,
  { hub, exceptions, predicting }: Pick<HubAround, 'hub' | 'exceptions' | 'predicting'>,
  couriers: Pick<CourierParts, 'recognition' | 'ownCarrier'>,
  givesWay: () => boolean,
): void {
  const { server } = config.geocoding;
  const http = createHttpClient({ connectionsMax: CONNECTIONS_MAX });
  const places = startPlaces({
    tracking: hub.tracking,
    keyring,
    recognition: couriers.recognition,
    ownCarrier: couriers.ownCarrier,
    geocoder: server === null ? null : httpGeocoder(http, server),
    postalCodes: predicting.postalCodes,
    log,
    listener,
    givesWay,
    onUnknown: (tenant, shipmentId) => applyFacts(exceptions, tenant, shipmentId),
  });
  shutdown.onStop('places', async () => {
    await places.stop();
    http.close();
  });
}
