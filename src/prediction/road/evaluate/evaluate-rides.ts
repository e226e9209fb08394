import type { Labour } from '../../gbdt/index.ts';
import { MINUTE_MS } from '../ride/ride.ts';
import { RoadModel } from '../road-model.ts';
import { hourlyMinutes, straightMinutes } from '../straight-line.ts';
import {
  backtestRides,
  isDriven,
  type Judged,
  type RideBacktest,
  type RideHistory,
} from './backtest-rides.ts';
import {
  type PointFigures,
  pointFigures,
  type WindowFigures,
  windowFigures,
} from './road-figures.ts';

export interface RoadEvaluation {
  readonly backtest: RideBacktest;
  readonly departures: WindowFigures;
  readonly underWay: WindowFigures;
  readonly straight: PointFigures;
  readonly byHour: PointFigures;
}

/**
 * Evaluates how accurately the rides in `tested` would have been predicted from those in `train`.
 */
export function evaluateRides(
  train: RideHistory['rides'],
  tested: RideHistory['rides'],
  fixes: RideHistory['fixes'],
  labour: Labour,
): RoadEvaluation {
  const model = new RoadModel();
  const backtest = backtestRides(model, train, tested, fixes, labour);
  const { straight } = model.known();
  const ended = backtest.departures.flatMap(tookOf);
  return {
    backtest,
    departures: windowFigures(ended),
    underWay: windowFigures(
      backtest.moments.map(({ said, leftMin }) => ({ said, tookMin: leftMin })),
    ),
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
