import { operation } from '../../kit/operation.ts';
import { refreshed } from './schema.ts';

export const refreshShipmentOperation = operation({
  id: 'refreshShipment',
  method: 'POST',
  path: '/shipments/:id/refresh',
  tag: 'Shipments',
  summary: 'Ask the carrier now',
  description:
    'For a customer who is waiting. Each account keeps a few calls back for this; news comes as with every other call.',
  scope: 'shipments:write',
  params: { id: 'The shipment.' },
  answers: {
    202: { description: 'The carrier will be asked at `next_poll_at`.', schema: refreshed },
    200: { description: 'It was asked a moment ago: what you see is fresh.', schema: refreshed },
  },
  errors: ['not_found', 'cannot_refresh', 'account_paused', 'no_budget'],
});

export const getProofOperation = operation({
  id: 'getProof',
  method: 'GET',
  path: '/shipments/:id/proofs/:proof_id',
  tag: 'Shipments',
  summary: 'A proof of delivery',
  description:
    'As the carrier gave it, always as a download: PDF, PNG, GIF or JPEG, as `content-type` says.',
  scope: 'shipments:read',
  params: { id: 'The shipment.', proof_id: 'The proof.' },
  answers: { 200: { description: 'The document.', mediaType: 'application/octet-stream' } },
  errors: ['not_found'],
});

/** In the order in which the docs list them. */
export const pullingOperations = [refreshShipmentOperation, getProofOperation];
