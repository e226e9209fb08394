/** The port of own couriers' positions: what other stages may use. */

export {
  archiveTrails,
  type FoundTrail,
  findArchivedTrails,
  nightlyRewriteOfTrails,
} from './archiving/archived-trail.ts';
export { POSITIONS_MAX } from './intake/courier-table.ts';
export { courierPositionSchema, positionSchema } from './intake/position.ts';
export type { PositionResult, PositionSender } from './intake/position-intake.ts';
export type { PlaceFeed, PlaceUpdates } from './live/place-feed.ts';
export { subscribeToMoves } from './live/place-words.ts';
export { openPositions, type Positions } from './open-positions.ts';
export { createMemoryPlaces } from './places/memory-places.ts';
export type { CourierPlace, NearbyPlace, PlaceStore } from './places/place-store.ts';
export { dropPlacesOffShift, storedPlacesOf } from './places/places.sql.ts';
export { openRedisPlaces } from './places/redis-places.ts';
export { publishPositions } from './publishing/publish-positions.ts';
export { POSITIONS_SEALED } from './sealed-columns.sql.ts';
export { simplify, synchronizedErrorsM } from './simplify.ts';
export { earthTrail, planeTrail, type Trail } from './trail.ts';
export { createTrailArchiver } from './trails/archive-trails.ts';
export { POSITIONS_TABLE, STRETCHES_TABLE } from './trails/bucket.ts';
export { type CourierTrail, lastPositionsOf } from './trails/stored-positions.ts';
export { openTrailWriter } from './trails/trail-writer.ts';
export { dropTrailsBefore, takePositions } from './trails/trails.sql.ts';
