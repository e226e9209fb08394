import type { Registry } from '../../adapters/index.ts';
import { type FleetPort, type RecipientsView, type Route, spellingsOf } from '../../http/index.ts';
import type { RecordIntakeDeps } from '../../intake/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { ApiKeysDeps } from '../../merchants/index.ts';
import type { Machines } from '../../platform/machines.ts';
import { systemTimers } from '../../platform/work/timers.ts';
import { createDriverStreams } from '../api/driver/driver-streams.ts';
import { createFleetHttp, type FleetHttpDeps } from '../api/fleet-http.ts';
import type { FleetParts } from '../api/fleet-parts.ts';
import { openLive } from '../api/live/live.ts';
import { destinationsOf } from '../api/locations/destination-of.ts';
import { recipientsView } from '../api/locations/recipients-view.ts';
import { watchRoutes } from '../api/locations/watch-routes.ts';
import { offersForCourier } from '../deliveries/index.ts';
import { driverAppRoutes } from '../pages/driver-app/routes.ts';
import { POSITIONS_MAX } from '../positions/index.ts';
import { type SandboxCouriers, startSandboxCouriers } from '../sandbox-couriers/start.ts';
import type { HubAround } from './around.ts';
import { type CourierParts, composePositions, tellingShifts } from './couriers.ts';
import { composeDeliveries } from './deliveries.ts';
import { composePlanner } from './planning.ts';

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
    ...{ keys, positions, ways, listener, publicUrl, timers, clock, log, ownCarrier, spellings },
    tracking: hub.tracking,
  });
  const deliveries = composeDeliveries(machines, parts, couriers, places);
  const watch = couriers.openWatch((tenant, courierId) =>
    offersForCourier(deliveries, tenant, courierId),
  );
  const streams = createDriverStreams({ watch, timers, clock });
  const planner = composePlanner(machines);
  const telling = tellingShifts(couriers.couriers, positions);
  const served: FleetParts = {
    ...couriers,
    ...{ couriers: telling, positions, ways, live, deliveries, planner, streams },
  };
  return {
    http: (core) => createFleetHttp({ ...served, ...core, keyring }),
    publicRoutes: driverAppRoutes(),
    locations: recipientsView({
      ...{ ways, ownCarrier, timers },
      destinationOf: destinationsOf({ db, keyring }),
    }),
    positionRows: {
      rowsMax: POSITIONS_MAX,
      async take(tenant, rows) {
        const sender = { tenant, courierId: null, clockOffsetMs: null };
        const results = await positions.intake.take(sender, rows);
        if (results === null) throw new Error('positions cannot be taken now');
        return results.map((result) => (result.outcome === 'rejected' ? result.fault : null));
      },
    },
    ride: (tenant, hubUrl) =>
      startSandboxCouriers(machines, parts, { tenant, hubUrl, positions, couriers }),
    async stop() {
      await streams.stop();
      await live.stop();
      await ways.stop();
    },
  };
}
