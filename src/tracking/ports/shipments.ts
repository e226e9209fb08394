// Shipments: register, find, change, command, search and show them. For routes, pages and reactions.

export type { BulkAction, BulkJob } from '../bulk/bulk-jobs.sql.ts';
export {
  BULK_PARCELS_MAX,
  beginBulkJob,
  findBulkJob,
  isUndoable,
  undoBulkJob,
  workOnBulkJob,
} from '../bulk/bulk-jobs.ts';
export { COMMAND_AHEAD_MS_MAX, type CommandOutcome, commandShipment } from '../commands/command.ts';
export type { CommandAttempt } from '../commands/command-attempts.sql.ts';
export { type RefusedCommand, refusedCommands } from '../commands/command-attempts.sql.ts';
export { movesFrom } from '../commands/machine.ts';
export {
  deleteShipment,
  findShipment,
  findShipmentByNumber,
  findShipmentOfAnyTenant,
  patchShipment,
  type ShipmentPatch,
} from '../commands/manage.ts';
export { ordersOfOthers, usedByReason } from '../commands/other-customer.ts';
export {
  type NewShipment,
  type Registered,
  registerShipment,
  registerShipments,
} from '../commands/register.ts';
export { type DrawParcel, registerAllMinted, registerMinted } from '../commands/register-minted.ts';
export { registerLinked } from '../commands/register-return.ts';
export {
  deleteExternalId,
  type ExternalId,
  externalId,
  externalIds,
  externalIdsBefore,
  externalIdsOf,
  insertExternalId,
  insertExternalIds,
} from '../external-ids/external-ids.sql.ts';
export { type LastEvent, lastEvents } from '../facts/last-events.sql.ts';
export {
  type LinkDecision,
  type ShownLink,
  settleLink,
  type WaitingLink,
  waitingLinks,
} from '../instances/linked.sql.ts';
export {
  readShipmentNotes,
  SHIPMENT_NOTES_MAX,
  type ShipmentNote,
  writeShipmentNote,
} from '../notes/shipment-notes.ts';
export { NO_PERSONAL, openPersonal, type Personal } from '../personal.ts';
export {
  type AddedParcels,
  addedParcels,
  countByStatus,
  countShipments,
  type ShipmentCount,
  shipmentIdsOf,
} from '../search/counts.sql.ts';
export {
  listShipments,
  SHIPMENT_ORDERS,
  type ShipmentListing,
  type ShipmentSelection,
} from '../search/listing.sql.ts';
export { searchFor } from '../search/search-text.ts';
export { settledUntilMs } from '../search/settled.sql.ts';
export { ARCHIVED_TAG, nameOf, type Shipment, type ShipmentState } from '../shipment.ts';
export {
  shipmentsByIds,
  shipmentsByNumber,
  shipmentsOfNobody,
  shipmentsWithTrouble,
} from '../shipments.sql.ts';
export { createTracking, type TrackingDeps } from '../tracking.ts';
export type { Explanation } from '../views/explain.ts';
export { iso, shipmentJson, trackingUrl } from '../views/shipment-json.ts';
export { daysLate } from '../views/shown-estimate.ts';
export { placeName, type TimelineEvent } from '../views/timeline.ts';
export {
  explainShipment,
  type ShipmentView,
  type ShownEvent,
  trackOfShipment,
  viewShipment,
} from '../views/view.ts';
export { type ListedView, viewShipments } from '../views/view-several.ts';
