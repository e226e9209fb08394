import { type Labour, predictAll } from '../../gbdt/index.ts';
import { isHeldBack } from '../held-back.ts';
import { growMedian, growQuantiles } from '../quantile-trees.ts';
import { straightLineOf } from '../straight-line.ts';
import { areaOf } from './area.ts';
import { type DrivenRide, minutesOf } from './ride.ts';
import { freshEffects, hearEffects } from './ride-effects.ts';
import { hearRides, plainTable, type RideModel, rideTable } from './ride-model.ts';

/** Fewer rides teach nothing beyond a straight line. */
export const RIDES_MIN = 500;
/**
 * Settings for the forest of the courier-independent time; a part of the rides teaches it as well
 * as all.
 */
const USUAL = { rounds: 60, leaves: 48, rowShare: 0.35 } as const;
const SIZES = { rounds: 160, mending: 80, leaves: 128, rowShare: 0.45 } as const;

/**
 * Trains a model of driving times. `rides` in order of departure; at least `RIDES_MIN`.
 *
 * The effects of a ride on its courier and corners are learned with its own day left out, and the
 * spread from rides that the middle was not trained on: nothing explains itself.
 */
export function learnRides(rides: readonly DrivenRide[], labour: Labour): RideModel {
  const lessons = rides.filter((ride) => !isHeldBack(ride));
  const held = rides.filter(isHeldBack);
  const area = areaOf(lessons.flatMap(({ from, to }) => [from, to]));
  const straight = straightLineOf(lessons);
  const target = logsOf(lessons);

  const plain = plainTable(area, lessons);
  const usual = growMedian(plain, target, USUAL, labour);
  const effects = freshEffects();
  for (const [nr, said] of predictAll(usual, plain).entries()) {
    const ride = lessons[nr];
    if (ride === undefined) continue;
    hearEffects(effects, area, ride, (target[nr] as number) - said, true);
  }
  const all = [...lessons, ...held];
  const trees = growQuantiles(
    { data: rideTable(area, effects, all, 'day'), target: logsOf(all), first: lessons.length },
    SIZES,
    labour,
  );
  for (const table of [effects.courier, effects.from, effects.to]) table.forgetDays();
  const model = { area, straight, usual, effects, trees };
  hearRides(model, held);
  return model;
}

function logsOf(rides: readonly DrivenRide[]): Float64Array {
  return Float64Array.from(rides, (ride) => Math.log(minutesOf(ride)));
}
