// Parcels as predictions see them: places, estimates, and the updates that announce them.

export {
  claimPlaces,
  type PlaceRow,
  type PlaceSource,
  placeOfAddress,
  type SettledPlace,
  settlePlaces,
  wantPlaces,
} from '../places/shipment-places.sql.ts';
export {
  addressHashOf,
  givenPlace,
  openPlace,
  placesOf,
  sealPlace,
  soughtAddress,
} from '../places/shipment-places.ts';
export {
  announceUpdates,
  announceUpdatesForMany,
  type ShipmentUpdate,
} from '../record/announce-updates.ts';
export type { EstimateOverride, ShownEstimate } from '../shipment.ts';
export {
  type ParcelSnapshot,
  type PredictionMade,
  recordPredictions,
  seeParcels,
  tradeLaneOf,
} from '../views/predict.ts';
export { lastDayOf, passedEstimate, shownEstimate } from '../views/shown-estimate.ts';
