import type { Machines } from '../../platform/machines.ts';
import { createHttpClient } from '../../platform/net/http-client.ts';
import { openRoads, RoadModel } from '../../prediction/index.ts';
import { createPlanner, type Planner } from '../deliveries/index.ts';
import { legS } from '../dispatch/index.ts';

const S_PER_MIN = 60;

/**
 * Creates the planner of rounds for requests. It uses the streets of the routing server, if one is
 * configured.
 */
export function composePlanner({ config, clock, log, shutdown }: Machines): Planner {
  const { vroom } = config;
  const onWarning = (warning: string, said: string | null) =>
    log.warn({ warning, ...(said === null ? {} : { said }) }, 'a plan of rounds is our own');
  if (config.roads === null) {
    return createPlanner({ vroom, onWarning, clock, travel: async () => null });
  }
  const http = createHttpClient();
  shutdown.onStop('routing server', async () => http.close());
  // Drive times are learned where arrivals are predicted; here the straight line replaces them.
  const nobody = new RoadModel();
  const roads = openRoads(config.roads, {
    ...{ trips: () => nobody, http, clock },
    onChange: (change) => {
      if (change.state === 'back') log.info('the routing server answers again');
      else
        log.warn({ ...change }, 'the routing server does not answer; rounds go by straight lines');
    },
  });
  return createPlanner({
    ...{ vroom, onWarning, clock },
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
