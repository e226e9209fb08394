import { operation } from '../../../http/kit/operation.ts';
import { locationQuery, shipmentLocation } from './schema.ts';

export const shipmentLocationOperation = operation({
  id: 'getShipmentLocation',
  method: 'GET',
  path: '/shipments/:id/location',
  tag: 'Couriers',
  summary: "Get the position of a parcel's courier",
  description:
    'For parcels of own couriers. With a key of the merchant from the assignment to the end; with the token of a personal link (`t`) while the parcel is out for delivery, by first name and without a phone number. 404 at any other time: also if the courier is off shift, or has sent no position yet.',
  scope: 'shipments:read',
  params: { id: 'The shipment: its id or its tracking number.' },
  query: locationQuery,
  answers: { 200: { description: 'The newest position.', schema: shipmentLocation } },
  errors: ['not_found'],
});
