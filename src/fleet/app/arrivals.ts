import type { Machines } from '../../platform/machines.ts';
import { createHttpClient } from '../../platform/net/http-client.ts';
import { openRoads } from '../../prediction/index.ts';
import { growRoadsInChildProcess, startArrivals } from '../../reactions/predictions/index.ts';
import {
  cacheCourierSettings,
  couriersOnRoute,
  finishedLegs,
  routeAhead,
} from '../couriers/index.ts';
import { storedPlacesOf, subscribeToMoves } from '../positions/index.ts';
import { openPlaceBroadcast } from './place-broadcast.ts';

type StartDeps = Parameters<typeof startArrivals>[0];
/** The dependencies that predictions of arrivals share with all other predictions. */
export type ArrivalDeps = Pick<StartDeps, 'terms' | 'model' | 'tracking' | 'randomBytes'>;

/** Starts predicting when own couriers arrive at each door. */
export async function startPredictingArrivals(
  machines: Machines,
  predicting: ArrivalDeps,
): Promise<void> {
  const { config, keyring, log, clock, database: db, shutdown } = machines;
  const broadcast = await openPlaceBroadcast(machines);
  const moves = subscribeToMoves(broadcast);
  const { pipeline } = db;
  const http = createHttpClient();
  const settingsOf = cacheCourierSettings(db, clock);
  const arrivals = startArrivals({
    ...predicting,
    keyring,
    log,
    routes: {
      onRoute: (nowMs) => couriersOnRoute(pipeline, nowMs),
      ahead: (courierId, nowMs) => routeAhead(pipeline, courierId, nowMs),
      finishedLegs: (sinceMs, limit) => finishedLegs(pipeline, sinceMs, limit),
    },
    // A courier without positions was at the door of the last parcel.
    arrivingTerms: async (tenant) => (await settingsOf(tenant)).arriving,
    places: async (courierIds) => {
      const stored = await storedPlacesOf(pipeline, courierIds);
      const byId = new Map(stored.map((place) => [place.courierId, place]));
      return courierIds.flatMap((id) => {
        const [known, moved] = [byId.get(id), moves.find(id)];
        return (known?.atMs ?? 0) > (moved?.atMs ?? 0) ? (known ?? []) : (moved ?? []);
      });
    },
    onMoved: (listener) => moves.onMoved(listener),
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
    moves.stop();
    await broadcast.close();
    http.close();
  });
}
