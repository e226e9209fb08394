import type { Registry } from '../../adapters/index.ts';
import type { Event } from '../../events/event.ts';
import { type FleetPort, type RecipientsView, type Route, spellingsOf } from '../../http/index.ts';
import type { RecordIntakeDeps } from '../../intake/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { ApiKeysDeps } from '../../merchants/index.ts';
import type { Machines } from '../../platform/machines.ts';
import { createHttpClient } from '../../platform/net/http-client.ts';
import { systemTimers } from '../../platform/work/timers.ts';
import { openRoads, RoadModel } from '../../prediction/index.ts';
import { count } from '../../reactions/analytics/index.ts';
import { inThePast, recordInvented } from '../../tracking/ports/running.ts';
import { createDriverStreams } from '../api/driver/driver-streams.ts';
import { createFleetHttp, type FleetHttpDeps } from '../api/fleet-http.ts';
import type { FleetParts } from '../api/fleet-parts.ts';
import { openLive } from '../api/live/live.ts';
import { destinationsOf, recipientsView } from '../api/locations/recipients-view.ts';
import { watchRoutes } from '../api/locations/watch-routes.ts';
import {
  arrivalWindowOf,
  createPlanner,
  offersForCourier,
  type Planner,
} from '../deliveries/index.ts';
import { legS } from '../dispatch/index.ts';
import { driverAppRoutes } from '../pages/driver-app/routes.ts';
import { POSITIONS_MAX } from '../positions/index.ts';
import { startDemoDay } from '../sandbox-couriers/demo-day/start.ts';
import { type SandboxCouriers, startSandboxCouriers } from '../sandbox-couriers/start.ts';
import type { HubAround } from './around.ts';
import { type CourierParts, composePositions, notifyingPositions } from './couriers.ts';
import { composeDeliveries } from './deliveries.ts';

type CoreOfHttp = Omit<FleetHttpDeps, keyof FleetParts | 'keyring'>;

/** The fleet in a process that answers requests. */
export interface ServingFleet {
  http(core: CoreOfHttp): FleetPort;
  /** The driver app. */
  readonly publicRoutes: readonly Route[];
  readonly locations: RecipientsView;
  /** Accepts rows of a topic of positions, as many at once. */
  readonly positionRows: Pick<RecordIntakeDeps, 'rowsMax' | 'take'>;
  /** Starts the simulated couriers of the sandbox. */
  ride(tenant: Tenant, hubUrl: string): SandboxCouriers;
  /** Starts the couriers and deliveries of the demo merchant, while there is one. */
  playDemo(): void;
  /** Ends all connections. Call it before closing the server. */
  stop(): Promise<void>;
}

/** Opens the parts of the fleet that answer requests. */
export async function serveFleet(
  machines: Machines,
  parts: HubAround,
  couriers: CourierParts,
  { keys, registry }: { readonly keys: ApiKeysDeps; readonly registry: Registry },
): Promise<ServingFleet> {
  const { database: db, keyring, clock, listener, log } = machines;
  const { publicUrl, hub } = parts;
  const { ownCarrier } = couriers;
  const positions = await composePositions(machines);
  const { places, feed } = positions;
  const timers = systemTimers;
  const ways = watchRoutes({ db, keyring, clock, places, feed, listener, log, timers });
  const spellings = spellingsOf(registry);
  const live = openLive({
    keys,
    positions,
    ways,
    listener,
    publicUrl,
    timers,
    clock,
    log,
    ownCarrier,
    spellings,
    tracking: hub.tracking,
  });
  const deliveries = composeDeliveries(machines, parts, couriers, places);
  const watch = couriers.openWatch((tenant, courierId) =>
    offersForCourier(deliveries, tenant, courierId),
  );
  const streams = createDriverStreams({ watch, timers, clock });
  const planner = composePlanner(machines);
  const notifying = notifyingPositions(couriers.couriers, positions);
  const served: FleetParts = {
    ...couriers,
    couriers: notifying,
    positions,
    ways,
    live,
    deliveries,
    planner,
    streams,
  };
  return {
    http: (core) => createFleetHttp({ ...served, ...core, keyring }),
    publicRoutes: driverAppRoutes(),
    locations: recipientsView({
      ways,
      ownCarrier,
      timers,
      windowOf: (shipmentId) => arrivalWindowOf({ db, clock }, shipmentId),
      destinationOf: destinationsOf({ db, keyring }),
    }),
    positionRows: {
      rowsMax: POSITIONS_MAX,
      async take(tenant, rows) {
        const sender = { tenant, courierId: null, clockOffsetMs: null, isTopic: true };
        const results = await positions.intake.take(sender, rows);
        if (results === null) throw new Error('positions cannot be taken now');
        return results.map((result) => (result.outcome === 'rejected' ? result.fault : null));
      },
    },
    ride: (tenant, hubUrl) =>
      startSandboxCouriers(machines, parts, { tenant, hubUrl, positions, couriers }),
    playDemo() {
      const uncounted: Event[] = [];
      startDemoDay(machines, {
        deliveries,
        places,
        trackingAt: (atMs) => inThePast(hub.tracking, atMs, uncounted),
        record: recordInvented,
        count: () => count(hub, uncounted.splice(0)),
        proofs: { blobs: parts.exceptions.blobs, images: hub.images },
      });
    },
    async stop() {
      await streams.stop();
      await live.stop();
      await ways.stop();
    },
  };
}

const S_PER_MIN = 60;

/**
 * Creates the planner of rounds for requests. It uses the streets of the routing server, if one is
 * configured.
 */
function composePlanner({ config, clock, log, shutdown }: Machines): Planner {
  const { vroom } = config;
  const onWarning = (warning: string, said: string | null) =>
    log.warn({ warning, ...(said === null ? {} : { said }) }, 'a plan of rounds is our own');
  if (config.roads === null) {
    return createPlanner({ vroom, onWarning, clock, travel: async () => null });
  }
  const http = createHttpClient();
  shutdown.onStop('routing server', async () => http.close());
  // Drive times are learned where arrivals are predicted; here the straight line replaces them.
  const noTrips = new RoadModel();
  const roads = openRoads(config.roads, {
    trips: () => noTrips,
    http,
    clock,
    onChange: (change) => {
      if (change.state === 'back') log.info('the routing server answers again');
      else
        log.warn({ ...change }, 'the routing server does not answer; rounds go by straight lines');
    },
  });
  return createPlanner({
    vroom,
    onWarning,
    clock,
    async travel(places, { by, atMs }) {
      const rows = await roads.matrix(places, places, { courier: null, vehicle: by, atMs });
      if (!rows.some((row) => row.some((drive) => drive.by === 'engine'))) return null;
      const travel = new Float64Array(places.length ** 2);
      for (const [row, from] of places.entries()) {
        for (const [column, to] of places.entries()) {
          const drive = rows[row]?.[column];
          const seconds = drive?.by === 'engine' ? drive.p50Min * S_PER_MIN : legS(from, to, by);
          travel[row * places.length + column] = row === column ? 0 : Math.round(seconds);
        }
      }
      return travel;
    },
  });
}
