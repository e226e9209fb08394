import { operation } from '../../kit/operation.ts';
import {
  pickupPointList,
  pickupPointQuery,
  redirect,
  redirected,
  redirectOptions,
} from './schema.ts';

/** What keeps a carrier from being asked, or from answering. */
const ASKING = [
  'not_found',
  'not_offered',
  'no_carrier_account',
  'account_paused',
  'account_refused',
  'no_budget',
  'carrier_unavailable',
] as const;

export const pickupPointsOperation = operation({
  id: 'listPickupPoints',
  method: 'GET',
  path: '/carriers/:carrier/pickup-points',
  tag: 'Carriers',
  summary: 'Where a parcel can be fetched near a place',
  description:
    'Asks the carrier with your own account in charge. Carriers with the capability `pickup_points` have it. People may use a quarter of an account’s calls for such questions; the same question within an hour costs none.',
  scope: 'shipments:read',
  params: { carrier: 'The carrier, as `GET /carriers` names it.' },
  query: pickupPointQuery,
  answers: { 200: { description: 'The nearest first.', schema: pickupPointList } },
  errors: ASKING,
});

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
  errors: ['conflict', ...ASKING],
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
  errors: ['conflict', 'redirect_refused', ...ASKING],
  example: {
    to: { kind: 'hold_at_facility' },
    contact: { name: 'Alex Sample', phone: '+1 410 555 0123' },
  },
});
