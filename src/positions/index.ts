/** The border of own couriers' positions: what other stages may ask of it. */

export { courierPositionSchema, type Position, positionSchema } from './intake/position.ts';
export {
  POSITIONS_MAX,
  type PositionIntake,
  type PositionResult,
  type PositionSender,
} from './intake/take-positions.ts';
export type { Fix, ShownPlace, Verdict } from './judge-fix.ts';
export { openPositions, type Positions, type PositionsDeps } from './open-positions.ts';
export { createMemoryPlaces } from './places/memory-places.ts';
export type { CourierPlace, NearbyPlace, PlaceStore } from './places/place-store.ts';
export { dropPlacesOffShift, storedPlacesOf } from './places/places.sql.ts';
export { simplify } from './simplify.ts';
export { synchronizedErrorsM } from './synchronized-error.ts';
export { earthTrail, planeTrail, type Trail } from './trail.ts';
