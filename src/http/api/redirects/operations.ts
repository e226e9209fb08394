import { operation } from '../../kit/operation.ts';
import { ASKING_ERRORS } from '../carriers/asking-errors.ts';
import { redirect, redirected, redirectOptions } from './schema.ts';

export const redirectOptionsOperation = operation({
  id: 'getRedirectOptions',
  method: 'GET',
  path: '/shipments/:id/redirect-options',
  tag: 'Shipments',
  summary: "List the carrier's options for a parcel in transit",
  description: 'Asks the carrier. Available for carriers with the capability `redirect`.',
  scope: 'shipments:read',
  params: { id: 'The shipment.' },
  answers: { 200: { description: 'What it offers.', schema: redirectOptions } },
  errors: ['conflict', ...ASKING_ERRORS],
});

export const redirectOperation = operation({
  id: 'redirectShipment',
  method: 'POST',
  path: '/shipments/:id/redirect',
  tag: 'Shipments',
  summary: 'Hold, return or redirect a parcel',
  description:
    'Sends one request to the carrier, at your cost. For a day after an accepted request, another is refused (409 with `earlier`) unless you send `replace`. The shipment itself does not change; its new course is reported by the carrier. Send an Idempotency-Key. If there was no answer (503), check the options before you try again.',
  scope: 'shipments:write',
  params: { id: 'The shipment.' },
  body: redirect,
  answers: { 202: { description: 'The carrier took the request.', schema: redirected } },
  errors: ['conflict', 'redirect_refused', ...ASKING_ERRORS],
  example: {
    to: { kind: 'hold_at_facility' },
    contact: { name: 'Alex Sample', phone: '+1 410 555 0123' },
  },
});
