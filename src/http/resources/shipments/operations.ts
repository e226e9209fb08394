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
  summary: 'Track a parcel',
  description:
    'Registers a number. The same number again is the same shipment (200), unless its last life has ended and the order is another one: then a new life begins. With an explicit carrier a number of unusual form is a warning, never a refusal.',
  scope: 'shipments:write',
  body: createShipment,
  answers: {
    201: { description: 'Registered.', schema: createdShipment },
    200: { description: 'Was registered already.', schema: createdShipment },
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
  summary: `Track up to ${BATCH_MAX} parcels`,
  description:
    'Each item is registered or refused by itself, in the given order; its status is the one it would have had alone.',
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
  summary: 'Find shipments',
  description:
    'By last change, oldest first: page to the end, come back with `updated_after`, and nothing is missed.',
  scope: 'shipments:read',
  query: shipmentFilter,
  keyedQuery: { metadata: '`metadata[shop]=berlin`; several must all hold.' },
  answers: { 200: { description: 'A page.', schema: shipmentPage } },
});

export const getShipmentOperation = operation({
  id: 'getShipment',
  method: 'GET',
  path: '/shipments/:id',
  tag: 'Shipments',
  summary: 'One shipment with its events',
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
  summary: 'Change what you told us',
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
  summary: 'Stop tracking',
  description: 'Gone from lists and pages; what we knew of the recipient is destroyed.',
  scope: 'shipments:write',
  params: ID,
  answers: { 204: { description: 'Gone.' } },
  errors: ['not_found'],
});

export const commandShipmentOperation = operation({
  id: 'setShipmentStatus',
  method: 'POST',
  path: '/shipments/:id/status',
  tag: 'Shipments',
  summary: 'Set the status yourself',
  description:
    'Obeys the table of moves. A forbidden move answers 409 with `current`, `requested` and `allowed`; one that something later has overtaken, 409 `conflict`.',
  scope: 'shipments:write',
  params: ID,
  body: statusCommand,
  answers: { 200: { description: 'The shipment as it is now.', schema: shipment } },
  errors: ['not_found', 'forbidden_move', 'conflict'],
  example: { status: 'picked_up', occurred_at: '2026-03-10T12:00:00Z' },
});

export const explainShipmentOperation = operation({
  id: 'explainShipment',
  method: 'GET',
  path: '/shipments/:id/explain',
  tag: 'Shipments',
  summary: 'Why it shows what it shows',
  description:
    'Every fact we heard, the verdict on it and the rule that gave it; and when the carrier is asked next, and why then.',
  scope: 'shipments:read',
  params: ID,
  answers: { 200: { description: 'The explanation.', schema: explanation } },
  errors: ['not_found'],
});

/** In the order in which the docs list them. */
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
