import { DOCUMENT_TYPES } from '../../../kernel/wire/document-bytes.ts';
import { operation } from '../../kit/operation.ts';
import { refreshed } from './schema.ts';

export const refreshShipmentOperation = operation({
  id: 'refreshShipment',
  method: 'POST',
  path: '/shipments/:id/refresh',
  tag: 'Shipments',
  summary: 'Poll the carrier now',
  description:
    'For a customer who is waiting. Each account reserves a few calls for this. Updates arrive as with every other poll.',
  scope: 'shipments:write',
  params: { id: 'The shipment.' },
  answers: {
    202: { description: 'The carrier will be polled at `next_poll_at`.', schema: refreshed },
    200: {
      description: 'The carrier was polled a moment ago: what you see is fresh.',
      schema: refreshed,
    },
  },
  errors: ['not_found', 'cannot_refresh', 'account_paused', 'no_budget'],
});

const [mediaType, ...otherTypes] = DOCUMENT_TYPES;

export const getProofOperation = operation({
  id: 'downloadShipmentProof',
  method: 'GET',
  path: '/shipments/:id/proofs/:proof_id',
  tag: 'Shipments',
  summary: 'Download a proof of delivery',
  description:
    'As the carrier supplied it, always as a download: PDF, PNG, GIF or JPEG, as given in `content-type`.',
  scope: 'shipments:read',
  params: { id: 'The shipment.', proof_id: 'The proof.' },
  answers: { 200: { description: 'The document.', mediaType, otherTypes } },
  errors: ['not_found'],
});

/** In the order the docs list them. */
export const pullingOperations = [refreshShipmentOperation, getProofOperation];
