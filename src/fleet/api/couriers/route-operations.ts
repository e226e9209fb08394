import { operation } from '../../../http/kit/operation.ts';
import { driverRoute } from '../driver/route-schema.ts';
import { handedOver, handover, routeOrder, sentEventFilter, sentEvents } from './route-schema.ts';

const params = { id: 'The courier.' };

export const putCourierRouteOperation = operation({
  id: 'setCourierRoute',
  method: 'PUT',
  path: '/couriers/:id/route',
  tag: 'Couriers',
  summary: "Set a courier's route",
  description:
    'The whole list. Parcels of a colleague who has not taken them yet move here; what a colleague has needs a handover. What this courier has stays on the route, after the list if it is not on it.',
  scope: 'couriers:write',
  params,
  body: routeOrder,
  answers: { 200: { description: 'The route as it is now.', schema: driverRoute } },
  errors: ['not_found'],
  example: {
    parcels: [
      {
        shipment_id: '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80',
        window: { from: '2026-03-10T14:00:00+01:00', to: '2026-03-10T16:00:00+01:00' },
        notes: '3rd floor',
      },
    ],
  },
});

export const getCourierRouteOperation = operation({
  id: 'getCourierRoute',
  method: 'GET',
  path: '/couriers/:id/route',
  tag: 'Couriers',
  summary: "Get today's route of a courier",
  description: 'As the app shows it: stops in order, what is loaded, and what is done.',
  scope: 'couriers:read',
  params,
  answers: { 200: { description: 'The route.', schema: driverRoute } },
  errors: ['not_found'],
});

export const handOverOperation = operation({
  id: 'handOverCourierParcels',
  method: 'POST',
  path: '/couriers/:id/handover',
  tag: 'Couriers',
  summary: "Hand a courier's parcels to a colleague or a facility",
  description:
    'Of a phone that was lost, a courier who fell ill, or a van that came back. Couriers are notified. Handing in at a building is a scan of each parcel there. Couriers hand over and in by themselves by scanning.',
  scope: 'couriers:write',
  params,
  body: handover,
  answers: { 200: { description: 'How many changed hands.', schema: handedOver } },
  errors: ['not_found', 'overloaded'],
  example: { courier_id: 'cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80' },
});

export const listSentEventsOperation = operation({
  id: 'listCourierEvents',
  method: 'GET',
  path: '/couriers/:id/events',
  tag: 'Couriers',
  summary: "List what a courier's phones sent",
  description:
    'The last 200, newest first. Of those that were refused, and of notes, the whole event is kept for review.',
  scope: 'couriers:read',
  params,
  query: sentEventFilter,
  answers: { 200: { description: 'The events.', schema: sentEvents } },
  errors: ['not_found'],
});

/** In the order the docs list them. */
export const courierRouteOperations = [
  putCourierRouteOperation,
  getCourierRouteOperation,
  handOverOperation,
  listSentEventsOperation,
];
