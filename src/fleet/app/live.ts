import type { Parts } from '../../app/parts.ts';
import {
  createDriverStreams,
  type DriverStreams,
  type HttpDeps,
  type Live,
  openLive,
  spellingsOf,
  type Ways,
  watchRoutes,
} from '../../http/index.ts';
import type { Machines } from '../../platform/machines.ts';
import { systemTimers } from '../../platform/work/timers.ts';
import { offersForCourier, type Planner, type ViewDeps } from '../deliveries/index.ts';
import type { Positions } from '../positions/index.ts';
import { tellingShifts } from './couriers.ts';
import { composeDeliveries } from './deliveries.ts';
import { composePlanner } from './planning.ts';

/** What the couriers' live streams need. */
export interface LiveCouriers {
  readonly deliveries: ViewDeps;
  readonly planner: Planner;
  /** Couriers' phones that listen. */
  readonly phones: DriverStreams;
  readonly ways: Ways;
  readonly live: Live;
  /** Ends all connections; to be called before the server is closed. */
  stop(): Promise<void>;
}

export function openLiveCouriers(
  machines: Machines,
  parts: Parts,
  positions: Positions | null,
): LiveCouriers | null {
  const { hub, publicUrl } = parts;
  if (positions === null || hub.couriers === undefined) return null;
  const { database: db, keyring, clock, listener, log } = machines;
  const { places, feed } = positions;
  const timers = systemTimers;
  const ways = watchRoutes({ db, keyring, clock, places, feed, listener, log, timers });
  const { ownCarrier } = hub.couriers;
  const live = openLive({
    ...{ keys: hub.apiKeys, positions, ways, listener, publicUrl, timers, clock, log, ownCarrier },
    ...{ tracking: hub.tracking, spellings: spellingsOf(hub.registry) },
  });
  const deliveries = composeDeliveries(machines, parts, hub.couriers, places);
  const watch = hub.couriers.openWatch((tenant, courierId) =>
    offersForCourier(deliveries, tenant, courierId),
  );
  const phones = createDriverStreams({ watch, timers, clock });
  return {
    ...{ ways, live, deliveries, phones, planner: composePlanner(machines) },
    async stop() {
      await phones.stop();
      await live.stop();
      await ways.stop();
    },
  };
}

/** The dependencies of couriers' routes; empty where there are none. */
export function courierParts(
  parts: Parts,
  positions: Positions | null,
  liveCouriers: LiveCouriers | null,
): Pick<HttpDeps, 'couriers'> {
  const { couriers } = parts.hub;
  if (couriers === undefined || positions === null || liveCouriers === null) {
    return {};
  }
  const { ways, live, deliveries, phones, planner } = liveCouriers;
  const telling = tellingShifts(couriers.couriers, positions);
  return {
    couriers: {
      ...couriers,
      ...{ couriers: telling, positions, ways, live, deliveries, planner, streams: phones },
    },
  };
}
