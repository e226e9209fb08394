export { POLICIES, type PolicyName } from './matching/policies.ts';
export {
  type AssignedRoute,
  assignOnMap,
  type FreeOnMap,
  type OpenOnMap,
} from './offers/assign-on-map.ts';
export {
  legS,
  type OfferTerms,
  type OnShift,
  type PackageSize,
  parcelsOf,
  rankCouriers,
  STOP_S,
  straightMS,
  type TravelBy,
  timesOf,
  unfitFor,
  type Wanted,
} from './offers/rank-couriers.ts';
export { type NextRound, nextRound, RINGS_M } from './offers/rounds.ts';
export { readVroom, vroomProblem } from './routing/external-solvers/vroom.ts';
export { byIterations, byTime, type SearchBudget } from './routing/near.ts';
export {
  placesOf,
  type RoundsToPlan,
  type StopToPlan,
  straightTravel,
  type TravelS,
  type VehicleToPlan,
} from './routing/plan/plan-input.ts';
export {
  type PlannedRounds,
  planElsewhere,
  planRounds,
  type Unmet,
} from './routing/plan/plan-rounds.ts';
export { readTsplib } from './routing/read/tsplib.ts';
export { readWindowLine, UnreadableInstance } from './routing/read/window-line.ts';
export type { Solution } from './routing/solve-instance.ts';
export { solveTour, solveWindows, windowsElsewhere } from './routing/solve-instance.ts';
export { readCityDay, readMdrplib, UnreadableDay } from './simulate/read-days.ts';
export {
  type Day,
  type DayFigures,
  dayFigures,
  mean,
  rounded,
  type Simulation,
  simulateDay,
} from './simulate/simulate.ts';
