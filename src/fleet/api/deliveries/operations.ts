import { PROOF_FORM } from '../../../http/api/proofs/operations.ts';
import { addedProofs } from '../../../http/api/proofs/schema.ts';
import { operation } from '../../../http/kit/operation.ts';
import {
  accepted,
  availableDeliveries,
  availableFilter,
  byCourier,
  cancellation,
  createdDelivery,
  delivery,
  deliveryExplanation,
  deliveryFilter,
  deliveryPage,
  deliveryStatus,
  dispatchSettings,
  newDelivery,
  offers,
  reassignment,
} from './schema.ts';

const params = { id: 'The delivery.' };
const tag = 'Deliveries' as const;

export const createDeliveryOperation = operation({
  id: 'createDelivery',
  method: 'POST',
  path: '/deliveries',
  hot: true,
  tag,
  summary: 'Create a delivery',
  description:
    'Registers a shipment of your own couriers and looks for one who brings it. Addresses are looked up, or refused with why. The delivery is that shipment: its events, messages, tracking page and proofs are the same.',
  scope: 'deliveries:write',
  body: newDelivery,
  answers: { 201: { description: 'It looks for a courier.', schema: createdDelivery } },
  errors: ['address_unknown'],
  example: {
    origin: { lat: 53.5436, lng: 9.9885 },
    origin_address: 'Am Sandtorkai 1, 20457 Hamburg, Germany',
    destination: { lat: 53.5453, lng: 9.9467 },
    destination_address: 'Große Elbstraße 68, 22767 Hamburg, Germany',
    package_size: 'small',
    phone: '+4915112345678',
  },
});

export const listDeliveriesOperation = operation({
  id: 'listDeliveries',
  method: 'GET',
  path: '/deliveries',
  tag,
  summary: 'List deliveries',
  scope: 'deliveries:read',
  query: deliveryFilter,
  answers: { 200: { description: 'A page, oldest first.', schema: deliveryPage } },
});

export const availableDeliveriesOperation = operation({
  id: 'listAvailableDeliveries',
  method: 'GET',
  path: '/deliveries/available',
  tag,
  summary: 'List deliveries that a courier may accept',
  description:
    'Open deliveries in range, the nearest pickup first, whether the courier was asked or not; what the courier declined is left out. Without a courier: all that are open.',
  scope: 'deliveries:read',
  alsoDevice: true,
  query: availableFilter,
  answers: { 200: { description: 'At most 50.', schema: availableDeliveries } },
  errors: ['conflict', 'not_found'],
});

export const getDeliveryOperation = operation({
  id: 'getDelivery',
  method: 'GET',
  path: '/deliveries/:id',
  tag,
  summary: 'Get a delivery',
  scope: 'deliveries:read',
  alsoDevice: true,
  params,
  answers: { 200: { description: 'As it is now.', schema: delivery } },
  errors: ['not_found'],
});

export const acceptDeliveryOperation = operation({
  id: 'acceptDelivery',
  method: 'POST',
  path: '/deliveries/:id/accept',
  hot: true,
  tag,
  summary: 'Accept a delivery',
  description:
    'The first who comes has it. Sent again by the same courier, the answer is the same; everybody else gets 409 `already-assigned`, or `delivery_ended` once nobody needs to bring it any more.',
  scope: 'deliveries:write',
  alsoDevice: true,
  repeatable: true,
  params,
  body: byCourier,
  bodyOptional: true,
  answers: { 200: { description: 'It is this courier’s.', schema: accepted } },
  errors: ['not_found', 'already-assigned', 'delivery_ended', 'conflict'],
  example: { courier_id: 'cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80' },
});

export const declineDeliveryOperation = operation({
  id: 'declineDelivery',
  method: 'POST',
  path: '/deliveries/:id/decline',
  hot: true,
  tag,
  summary: 'Decline an offer, or give a delivery back',
  description:
    'Before the pickup. It is not offered to this courier again; others are asked at once.',
  scope: 'deliveries:write',
  alsoDevice: true,
  repeatable: true,
  params,
  body: byCourier,
  bodyOptional: true,
  answers: { 204: { description: 'It is not this courier’s.' } },
  errors: ['not_found', 'conflict'],
  example: { courier_id: 'cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80', reason: 'flat tyre' },
});

export const reassignDeliveryOperation = operation({
  id: 'reassignDelivery',
  method: 'POST',
  path: '/deliveries/:id/reassign',
  tag,
  summary: 'Assign a delivery to another courier',
  description:
    'Before the pickup. What is in a courier’s bag changes hands by scan, or by POST /v1/couriers/{id}/handover.',
  scope: 'deliveries:write',
  params,
  body: reassignment,
  bodyOptional: true,
  answers: { 200: { description: 'As it is now.', schema: delivery } },
  errors: ['not_found', 'conflict'],
  example: { courier_id: 'cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80' },
});

export const cancelDeliveryOperation = operation({
  id: 'cancelDelivery',
  method: 'POST',
  path: '/deliveries/:id/cancel',
  tag,
  summary: 'Cancel or recall a delivery',
  description:
    'Before the pickup nobody comes any more (`cancelled`). After it the courier brings it back to where it was fetched (`returning`).',
  scope: 'deliveries:write',
  params,
  body: cancellation,
  bodyOptional: true,
  answers: { 200: { description: 'As it is now.', schema: delivery } },
  errors: ['not_found', 'forbidden_move', 'conflict'],
});

export const commandDeliveryOperation = operation({
  id: 'setDeliveryStatus',
  method: 'POST',
  path: '/deliveries/:id/status',
  tag,
  summary: "Report a delivery's status",
  description:
    'Follows the table of allowed transitions; a forbidden one gets 409 with `current`, `requested` and `allowed`. With `picked_up` it is out for delivery from the same instant on.',
  scope: 'deliveries:write',
  alsoDevice: true,
  params,
  body: deliveryStatus,
  answers: { 200: { description: 'As it is now.', schema: delivery } },
  errors: ['not_found', 'forbidden_move', 'proof_missing', 'conflict', 'overloaded'],
  example: { status: 'picked_up', timestamp: '2026-03-10T12:00:00Z' },
});

export const proveDeliveryOperation = operation({
  id: 'addDeliveryProof',
  method: 'POST',
  path: '/deliveries/:id/proof',
  tag,
  summary: 'Add proof to a delivery',
  description: 'The same form as POST /v1/shipments/{id}/proof.',
  scope: 'deliveries:write',
  alsoDevice: true,
  params,
  multipart: PROOF_FORM,
  answers: {
    201: { description: 'Kept.', schema: addedProofs },
    200: { description: 'It was here already, by its `id`.', schema: addedProofs },
  },
  errors: ['not_found', 'not_offered', 'conflict'],
});

export const explainDeliveryOperation = operation({
  id: 'explainDelivery',
  method: 'GET',
  path: '/deliveries/:id/explain',
  tag,
  summary: "Explain a delivery's assignment",
  scope: 'deliveries:read',
  params,
  answers: { 200: { description: 'Who was asked, and by what.', schema: deliveryExplanation } },
  errors: ['not_found'],
});

export const getDispatchOperation = operation({
  id: 'getDispatchSettings',
  method: 'GET',
  path: '/dispatch/settings',
  tag,
  summary: 'Get the dispatch settings',
  scope: 'deliveries:read',
  answers: { 200: { description: 'The settings.', schema: dispatchSettings } },
});

export const setDispatchOperation = operation({
  id: 'setDispatchSettings',
  method: 'PUT',
  path: '/dispatch/settings',
  tag,
  summary: 'Replace the dispatch settings',
  description:
    '`offers`, the default: couriers are asked, and whoever takes a delivery first has it. `auto`: the hub assigns.',
  scope: 'deliveries:write',
  body: dispatchSettings,
  answers: { 200: { description: 'As they are now.', schema: dispatchSettings } },
  example: { assign: 'auto' },
});

export const driverOffersOperation = operation({
  id: 'listDriverOffers',
  method: 'GET',
  path: '/driver/offers',
  tag: "Drivers' app",
  summary: 'List delivery offers',
  description:
    'Take one by POST /v1/deliveries/{id}/accept, with the same key. Until `alone_until` few are asked; then others are, too.',
  device: true,
  answers: { 200: { description: 'Newest first.', schema: offers } },
});

/** In the order the docs list them. */
export const deliveryOperations = [
  createDeliveryOperation,
  listDeliveriesOperation,
  availableDeliveriesOperation,
  getDeliveryOperation,
  acceptDeliveryOperation,
  declineDeliveryOperation,
  reassignDeliveryOperation,
  cancelDeliveryOperation,
  commandDeliveryOperation,
  proveDeliveryOperation,
  explainDeliveryOperation,
  getDispatchOperation,
  setDispatchOperation,
];
