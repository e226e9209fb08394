import { operation } from '../../kit/operation.ts';
import { ASKING_ERRORS } from '../carriers/asking-errors.ts';
import { redirect, redirected, redirectOptions } from './schema.ts';

export const redirectOptionsOperation = operation({
  id: 'getRedirectOptions',
  method: 'GET',
  path: '/shipments/:id/redirect-options',
  tag: 'Shipments',
  summary: 'What the carrier would do with a parcel on its way',
  description: 'Asks the carrier now. Carriers with the capability `redirect` have it.',
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
  summary: 'Have a parcel held, returned, or brought elsewhere',
  description:
    'Asks the carrier once, at your cost. After one that it took another is refused for a day (409 with `earlier`), unless you send `replace`. The shipment itself does not change by this: what becomes of it the carrier reports. Send an Idempotency-Key; where no answer came (503), look at the options before you ask again.',
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
