import { shipment } from '../../../events/shipment-view.ts';
import { operation } from '../../kit/operation.ts';
import { createLinkOperation } from '../links/operations.ts';
import { pullingOperations } from '../pulling/operations.ts';
import { redirectOperation, redirectOptionsOperation } from '../redirects/operations.ts';
import { shipmentFilter } from './filter-schema.ts';
import {
  BATCH_MAX,
  createShipment,
  createShipmentBatch,
  patchShipment,
  statusCommand,
} from './input-schema.ts';
import {
  batchAnswer,
  createdShipment,
  explanation,
  shipmentDetail,
  shipmentPage,
} from './output-schema.ts';

const ID = { id: 'The shipment.' };

export const createShipmentOperation = operation({
  id: 'createShipment',
  method: 'POST',
  path: '/shipments',
  tag: 'Shipments',
  summary: 'Create a shipment',
  description:
    'Registers a number. Registering the same number again returns the same shipment (200), unless its last tracking instance has ended and the order is a different one: then a new instance begins. If you name the carrier, a number of unusual form gets a warning and is not refused.',
  scope: 'shipments:write',
  body: createShipment,
  answers: {
    201: { description: 'Registered.', schema: createdShipment },
    200: { description: 'It was already registered.', schema: createdShipment },
  },
  errors: ['ambiguous_carrier', 'unknown_carrier'],
  example: {
    tracking_number: '9400111202555842332607',
    order_id: '1001',
    destination: { postal_code: '10115', country: 'DE' },
    metadata: { shop: 'berlin' },
    tags: ['spring-sale'],
  },
});

export const createShipmentBatchOperation = operation({
  id: 'createShipmentBatch',
  method: 'POST',
  path: '/shipments/batch',
  tag: 'Shipments',
  summary: `Create up to ${BATCH_MAX} shipments`,
  description:
    'Each item is registered or refused on its own, in the given order. Its status is the one a single request would have had.',
  scope: 'shipments:write',
  body: createShipmentBatch,
  answers: { 207: { description: 'One result for each item.', schema: batchAnswer } },
  example: { shipments: [{ tracking_number: '9400111202555842332607', order_id: '1001' }] },
});

export const listShipmentsOperation = operation({
  id: 'listShipments',
  method: 'GET',
  path: '/shipments',
  tag: 'Shipments',
  summary: 'List shipments',
  description:
    'Ordered by last change, oldest first. Page to the end, and come back later with `updated_after` to miss nothing. Where few of very many shipments match, a page may hold fewer than `limit`, or none, although there are more: go on until `next_cursor` is null.',
  scope: 'shipments:read',
  query: shipmentFilter,
  keyedQuery: { metadata: '`metadata[shop]=berlin`; if there are several, all must match.' },
  shed: { except: ['tracking_number', 'order_id'] },
  answers: { 200: { description: 'A page.', schema: shipmentPage } },
});

export const getShipmentOperation = operation({
  id: 'getShipment',
  method: 'GET',
  path: '/shipments/:id',
  tag: 'Shipments',
  summary: 'Get a shipment with its events',
  scope: 'shipments:read',
  params: ID,
  answers: { 200: { description: 'The shipment.', schema: shipmentDetail } },
  errors: ['not_found'],
});

export const patchShipmentOperation = operation({
  id: 'updateShipment',
  method: 'PATCH',
  path: '/shipments/:id',
  tag: 'Shipments',
  summary: 'Update a shipment',
  scope: 'shipments:write',
  params: ID,
  body: patchShipment,
  answers: { 200: { description: 'The shipment as it is now.', schema: shipment } },
  errors: ['not_found'],
  example: { tags: ['fragile'], promised_date: '2026-03-14' },
});

export const deleteShipmentOperation = operation({
  id: 'deleteShipment',
  method: 'DELETE',
  path: '/shipments/:id',
  tag: 'Shipments',
  summary: 'Stop tracking a shipment and erase its data',
  description: "Removes it from lists and pages and destroys the recipient's data.",
  scope: 'shipments:write',
  params: ID,
  answers: { 204: { description: 'Deleted.' } },
  errors: ['not_found'],
});

export const commandShipmentOperation = operation({
  id: 'setShipmentStatus',
  method: 'POST',
  path: '/shipments/:id/status',
  tag: 'Shipments',
  summary: "Set a shipment's status",
  description:
    'Follows the table of allowed transitions. A forbidden transition gets 409 with `current`, `requested` and `allowed`. If something later is already known, the answer is 409 `conflict`. A delivery that lacks a required proof gets 409 `proof_missing` with `missing`.',
  scope: 'shipments:write',
  params: ID,
  body: statusCommand,
  answers: { 200: { description: 'The shipment as it is now.', schema: shipment } },
  errors: ['not_found', 'forbidden_move', 'proof_missing', 'conflict'],
  example: { status: 'picked_up', occurred_at: '2026-03-10T12:00:00Z' },
});

export const explainShipmentOperation = operation({
  id: 'explainShipment',
  method: 'GET',
  path: '/shipments/:id/explain',
  tag: 'Shipments',
  summary: "Explain a shipment's status",
  description:
    'Every fact received, how it was judged and by which rule; also when the carrier is polled next, and why then.',
  scope: 'shipments:read',
  params: ID,
  answers: { 200: { description: 'The explanation.', schema: explanation } },
  errors: ['not_found'],
});

/** In the order the docs list them. */
export const shipmentOperations = [
  createShipmentOperation,
  createShipmentBatchOperation,
  listShipmentsOperation,
  getShipmentOperation,
  patchShipmentOperation,
  deleteShipmentOperation,
  commandShipmentOperation,
  explainShipmentOperation,
  createLinkOperation,
  ...pullingOperations,
  redirectOptionsOperation,
  redirectOperation,
];
