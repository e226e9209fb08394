/** The port of deliveries by own couriers: what other stages may use. */

export type { GivenPlace } from './addresses.ts';
export {
  type Arrival,
  type ArrivalWindow,
  arrivalWindowOf,
  openDeliveriesAmong,
  promisedBy,
} from './arrival-window.ts';
export {
  type AssignDeliveryOutcome,
  endDelivery,
  reassignDelivery,
  unassignDelivery,
} from './assigning/assign.ts';
export { assignDelivery } from './assigning/assign-many.ts';
export {
  cancelDelivery,
  commandDelivery,
  type DeliveryCommandOutcome,
} from './assigning/command.ts';
export { declineDelivery } from './assigning/decline.ts';
export {
  type AvailableDelivery,
  availableDeliveries,
  offersForCourier,
} from './available.ts';
export { consumeForDeliveries, createDeliveryFigures } from './consume-log.ts';
export { createDelivery, type WantedDelivery } from './create-delivery.ts';
export type { DeliveriesDeps, PlacesOf } from './deps.ts';
export { custodyTrouble } from './matching/custody.ts';
export { type Matcher, startMatcher } from './matching/matcher.ts';
export {
  type AreaToPause,
  endPause,
  listPauses,
  outlinesOf,
  type PausedArea,
  pauseArea,
  tenantOfPause,
} from './pauses/pauses.ts';
export { createPlanner, type Planner } from './planning/planner.ts';
export { startPushingOffers } from './pushing/push-offers.ts';
export { DELIVERIES_SEALED } from './sealed-columns.sql.ts';
export { deliveriesAmong, isDelivery, readSetting, setSetting } from './settings.ts';
export { DELIVERIES_CHANNEL } from './store/deliveries.sql.ts';
export { insertOffers, insertSteps } from './store/offers.sql.ts';
export {
  type Board,
  type BoardDelivery,
  type DeliveryExplanation,
  type DeliveryView,
  dispatchBoard,
  ENDED_SHOWN_MAX,
  type EndedDelivery,
  explainDelivery,
  listDeliveries,
  PHASES,
  tenantOfDelivery,
  type ViewDeps,
  viewDelivery,
  waysOf,
} from './views.ts';
