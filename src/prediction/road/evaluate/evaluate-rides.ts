import type { Labour } from '../../gbdt/index.ts';
import { MINUTE_MS } from '../ride/ride.ts';
import { RoadModel } from '../road-model.ts';
import { hourlyMinutes, straightMinutes } from '../straight-line.ts';
import {
  type PointFigures,
  pointFigures,
  type WindowFigures,
  windowFigures,
} from './road-figures.ts';
import { isDriven, type Judged, type RideHistory, type Walk, walkRides } from './walk-rides.ts';

export interface RoadEvaluation {
  readonly walk: Walk;
  readonly departures: WindowFigures;
  readonly underWay: WindowFigures;
  readonly straight: PointFigures;
  readonly byHour: PointFigures;
}

/** How accurately rides in `tested` would have been predicted from those in `train`. */
export function evaluateRides(
  train: RideHistory['rides'],
  tested: RideHistory['rides'],
  fixes: RideHistory['fixes'],
  labour: Labour,
): RoadEvaluation {
  const model = new RoadModel();
  const walk = walkRides(model, train, tested, fixes, labour);
  const { straight } = model.known();
  const ended = walk.departures.flatMap(tookOf);
  return {
    walk,
    departures: windowFigures(ended),
    underWay: windowFigures(walk.moments.map(({ said, leftMin }) => ({ said, tookMin: leftMin }))),
    straight: pointFigures(
      ended.map(({ ride, tookMin }) => [straightMinutes(straight, ride), tookMin]),
    ),
    byHour: pointFigures(
      ended.map(({ ride, tookMin }) => [hourlyMinutes(straight, ride), tookMin]),
    ),
  };
}

function tookOf({ ride, said }: Judged) {
  return isDriven(ride) ? [{ ride, said, tookMin: (ride.endMs - ride.atMs) / MINUTE_MS }] : [];
}
