import {
  couriersOnRoute,
  finishedLegs,
  keepCourierSettings,
  routeAhead,
} from '../../couriers/index.ts';
import type { Machines } from '../../platform/machines.ts';
import { createHttpClient } from '../../platform/net/http-client.ts';
import { storedPlacesOf } from '../../positions/index.ts';
import { openRoads } from '../../prediction/index.ts';
import { growRoadsInChildProcess, startArrivals } from '../../reactions/predictions/index.ts';
import type { Hub } from '../hub.ts';
import type { PredictingParts } from '../predicting.ts';

/** Works out when own couriers come to each door. */
export function startWorkingOutArrivals(
  { config, keyring, log, clock, database: db, shutdown }: Machines,
  { couriers }: Pick<Hub, 'couriers'>,
  predicting: PredictingParts,
): void {
  if (couriers === undefined) return;
  const { pipeline } = db;
  const http = createHttpClient();
  const settingsOf = keepCourierSettings(db, clock);
  const arrivals = startArrivals({
    ...predicting,
    ...{ keyring, log },
    routes: {
      onRoute: (nowMs) => couriersOnRoute(pipeline, nowMs),
      ahead: (courierId, nowMs) => routeAhead(pipeline, courierId, nowMs),
      finishedLegs: (sinceMs, limit) => finishedLegs(pipeline, sinceMs, limit),
    },
    // Who sends none was at the door of the last parcel.
    places: (courierIds) => storedPlacesOf(pipeline, courierIds),
    arrivingTerms: async (tenant) => (await settingsOf(tenant)).arriving,
    openRoads: (trips) =>
      openRoads(config.roads, {
        trips,
        http,
        clock,
        onChange: (change) => {
          if (change.state === 'back') log.info('the routing server answers again');
          else log.warn({ ...change }, 'the routing server does not answer; own drives do');
        },
      }),
    grow: growRoadsInChildProcess,
  });
  shutdown.onStop('arrivals', async () => {
    await arrivals.stop();
    http.close();
  });
}
