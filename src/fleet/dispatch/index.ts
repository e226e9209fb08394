export { POLICIES, type PolicyName } from './matching/policies.ts';
export {
  type AssignedRoute,
  assignOnMap,
  type FreeOnMap,
  type OpenOnMap,
} from './offers/assign-on-map.ts';
export { legS, straightMS, type TravelBy, timesOf } from './offers/courier-travel.ts';
export {
  type OfferTerms,
  type OnShift,
  type PackageSize,
  parcelsOf,
  type Unfit,
  unfitFor,
  type Wanted,
} from './offers/rank-couriers.ts';
export { type NextRound, nextRound, type OfferState, RINGS_M } from './offers/rounds.ts';
export { readVroom, vroomProblem } from './routing/elsewhere/vroom.ts';
export { byIterations, byTime, type Labour } from './routing/labour.ts';
export type { Call, PlannedRound } from './routing/plan/drive.ts';
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
export { UnreadableInstance } from './routing/read/unreadable.ts';
export { readWindowLine } from './routing/read/window-line.ts';
export type { Solution } from './routing/solution.ts';
export { solveTour, solveWindows, windowsElsewhere } from './routing/solve-instance.ts';
export type { Day } from './simulate/day.ts';
export { type DayFigures, dayFigures, mean, rounded } from './simulate/figures.ts';
export { readCityDay } from './simulate/read-city-day.ts';
export { readMdrplib } from './simulate/read-mdrplib.ts';
export { UnreadableDay } from './simulate/read-table.ts';
export { type Simulation, simulateDay } from './simulate/simulate.ts';
