import { httpGeocoder } from '../../platform/geocoding/http-geocoder.ts';
import { type Machines, sharedRedis } from '../../platform/machines.ts';
import { createHttpClient } from '../../platform/net/http-client.ts';
import { installationName } from '../../platform/sealing/key-canary.sql.ts';
import { applyFacts } from '../../reactions/exceptions/index.ts';
import { oldAfterMs } from '../couriers/index.ts';
import {
  consumeForDeliveries,
  createDeliveryFigures,
  type DeliveriesDeps,
  type Matcher,
  type PlacesOf,
  startMatcher,
  startPushingOffers,
  type ViewDeps,
} from '../deliveries/index.ts';
import {
  openRedisPlaces,
  type PlaceStore,
  storedPlacesOf,
  subscribeToMoves,
} from '../positions/index.ts';
import type { HubAround } from './around.ts';
import type { CourierParts } from './couriers.ts';
import { openPlaceBroadcast } from './place-broadcast.ts';

/** Short, because somebody is waiting for the answer. */
const GEOCODER_TIMEOUT_MS = 3_000;
const CONNECTIONS_MAX = 4;

/** Composes the services for deliveries in a process that answers requests. */
export function composeDeliveries(
  machines: Machines,
  parts: Pick<HubAround, 'hub' | 'predicting'>,
  couriers: CourierParts,
  places: Pick<PlaceStore, 'find'>,
): ViewDeps {
  const { server } = machines.config.geocoding;
  const http = createHttpClient({ connectionsMax: CONNECTIONS_MAX });
  machines.shutdown.onStop('geocoder', async () => http.close());
  return {
    ...deliveriesDeps(
      machines,
      parts,
      couriers,
      orStored(placesFromStore(places), placesFromDatabase(machines)),
    ),
    geocoder:
      server === null
        ? null
        : httpGeocoder(http, {
            ...server,
            timeoutMs: Math.min(server.timeoutMs, GEOCODER_TIMEOUT_MS),
          }),
    couriers: couriers.couriers,
  };
}

/** What any process needs to create deliveries whose addresses already have coordinates. */
export function deliveryCreationDeps(
  machines: Machines,
  parts: Pick<HubAround, 'hub' | 'predicting'>,
  couriers: CourierParts,
): DeliveriesDeps {
  return deliveriesDeps(machines, parts, couriers, async () => new Map());
}

/** Starts the search for couriers of deliveries, in the process that does background work. */
export async function startDeliveries(
  machines: Machines,
  parts: Pick<HubAround, 'hub' | 'predicting' | 'exceptions'>,
  couriers: CourierParts,
): Promise<Matcher> {
  const { database: db, clock, listener, log, metrics, shutdown } = machines;
  const places = await courierPlaceLookup(machines);
  const deps = deliveriesDeps(machines, parts, couriers, places);
  const { ownCarrier } = couriers;
  const consumer = consumeForDeliveries({
    db,
    clock,
    ownCarrier,
    log,
    listener,
    figures: createDeliveryFigures(metrics),
  });
  shutdown.onStop('deliveries', () => consumer.stop());
  const { vapid } = couriers;
  const { egress } = parts.hub;
  const pushing = startPushingOffers({
    db,
    keyring: machines.keyring,
    clock,
    egress,
    vapid,
    listener,
    log,
    metrics,
  });
  shutdown.onStop('offers to phones', () => pushing.stop());
  const broadcast = await openPlaceBroadcast(machines);
  const moves = subscribeToMoves(broadcast);
  const matcher = startMatcher({
    movedTo: (courierId) => moves.find(courierId),
    ...deps,
    listener,
    log,
    metrics,
    applyCases: (tenant, shipmentId) => applyFacts(parts.exceptions, tenant, shipmentId),
  });
  shutdown.onStop('matcher', async () => {
    await matcher.stop();
    moves.stop();
    await broadcast.close();
  });
  return matcher;
}

function deliveriesDeps(
  { database: db, keyring, clock, random: randomBytes }: Machines,
  { hub, predicting }: Pick<HubAround, 'hub' | 'predicting'>,
  { ownCarrier, recognition, mint }: CourierParts,
  placesOf: PlacesOf,
): DeliveriesDeps {
  const { tracking } = hub;
  const { postalCodes } = predicting;
  const machines = { db, keyring, clock, randomBytes, recognition };
  return { ...machines, tracking, ownCarrier, mint, placesOf, geocoder: null, postalCodes };
}

function placesFromStore(places: Pick<PlaceStore, 'find'>): PlacesOf {
  return async (tenant, ids) => {
    const found = await places.find(tenant, ids);
    return new Map([...found].map(([id, { position }]) => [id, position]));
  };
}

/**
 * Looks up couriers' positions in Redis if it is configured; otherwise, or if Redis fails, in the
 * database, where they are at most half a minute old.
 */
async function courierPlaceLookup(machines: Machines): Promise<PlacesOf> {
  const { database: db, log, shutdown } = machines;
  const stored = placesFromDatabase(machines);
  const address = sharedRedis(machines);
  if (address === null) return stored;
  const shared = openRedisPlaces({
    address,
    namespace: await installationName(db.pipeline),
    onError: (err) => log.warn({ err }, 'couriers’ places: no answer from Redis'),
  });
  shutdown.onStop('couriers’ places', () => shared.close());
  return orStored(placesFromStore(shared), stored);
}

export function placesFromDatabase({
  database: { pipeline },
  clock,
}: Pick<Machines, 'database' | 'clock'>): PlacesOf {
  return async (_, ids) => {
    const found = await storedPlacesOf(pipeline, ids);
    const inContact = await oldAfterMs(pipeline, ids, clock.nowMs());
    return new Map(
      found.flatMap(({ courierId, ...place }) =>
        inContact.has(courierId) ? [[courierId, place]] : [],
      ),
    );
  };
}

/**
 * Falls back to the stored places if the lookup fails. This is slower but always answers, so that a
 * delivery is still accepted and shown without the index.
 */
export function orStored(preferred: PlacesOf, stored: PlacesOf): PlacesOf {
  return (tenant, ids) => preferred(tenant, ids).catch(() => stored(tenant, ids));
}
