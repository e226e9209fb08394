import { z } from 'zod';
import { listPage } from '../../../http/kit/paged.ts';
import { resource } from '../../../http/kit/resource.ts';
import { invalidMember } from '../../../http/kit/validation.ts';
import { COURIER_EVENT_FAULTS } from '../../../kernel/custody.ts';
import { Problem } from '../../../kernel/errors.ts';
import { givenInstant, instant } from '../../../kernel/time/time-kinds.ts';
import { issueText, longText, text } from '../../../kernel/wire/explain-issues.ts';
import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Clock } from '../../../platform/clock.ts';
import { FALLBACK } from '../../../platform/messages/languages.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import {
  COURIER_CHARS,
  ROUTE_PARCELS_MAX,
  type SentEvent,
  type Work,
} from '../../couriers/index.ts';
import { routeJson } from '../driver/route-json.ts';
import { driverRoute } from '../driver/route-schema.ts';
import { courierId } from './schema.ts';

const window = z
  .strictObject({ from: givenInstant, to: givenInstant })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), issueText('couriers.sendLaterTo'));

/** A parcel of the list, by its id or with what is known of its stop. */
const routeEntry = z.strictObject({
  shipment_id: z.uuid(),
  window: window.nullish().describe('When the recipient expects it.'),
  notes: longText(500).nullish().describe('For the courier, such as the floor.'),
  locked: z.boolean().optional().describe('Nobody reorders this stop; false at first.'),
});

const routeOrder = z
  .strictObject({
    parcels: z.array(routeEntry).max(ROUTE_PARCELS_MAX),
  })
  .meta({
    id: 'CourierRouteOrder',
    description:
      'The whole list in the order of the stops. Parcels for one address become one stop, at the place of the first. A parcel that is left out is off the route, unless the courier has it.',
  });

const handover = z
  .strictObject({
    courier_id: courierId.optional().describe('The colleague.'),
    facility_code: text(COURIER_CHARS.facility)
      .optional()
      .meta({ description: 'The building that takes the parcels in.', example: 'HAM-1' }),
    shipment_ids: z
      .array(z.uuid())
      .min(1)
      .max(ROUTE_PARCELS_MAX)
      .optional()
      .describe('Which; absent: all that the courier has or, for a colleague, is to take.'),
  })
  .refine(
    ({ courier_id: to, facility_code: facility }) =>
      (to === undefined) !== (facility === undefined),
    issueText('couriers.sendCourierOrFacility'),
  )
  .meta({ id: 'CourierHandover' });

const handedOver = z.strictObject({ moved: z.int() }).meta({ id: 'CourierHandedOver' });

const sentEventFilter = z.strictObject({
  outcome: z.enum(['refused']).optional().describe('Only what waits for review.'),
});

const sentEvents = listPage(
  z.strictObject({
    id: z.string(),
    device_id: z.string(),
    type: z.enum(['scan', 'status', 'note']),
    at: instant,
    received_at: instant,
    shipment_id: z.uuid().nullable(),
    tracking_number: z.string().nullable(),
    code: z.string().nullable().describe('Of a scan its code, of a status the status.'),
    outcome: z.enum(['accepted', 'refused']),
    refused_as: z.enum(COURIER_EVENT_FAULTS).nullable(),
    sent: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('The event as it came; null: it is not kept.'),
  }),
).meta({ id: 'CourierEvents' });

interface CourierRouteDeps {
  readonly work: Work;
  readonly clock: Clock;
}

/** A courier's route: the merchant plans it and reads it. */
export const courierWork = resource(
  { noun: 'courier', tag: 'Couriers', ids: 'courier' },
  {
    set: {
      id: 'setCourierRoute',
      method: 'PUT',
      path: '/couriers/:id/route',
      summary: "Set a courier's route",
      description:
        'The whole list. Parcels of a colleague who has not taken them yet move here; what a colleague has needs a handover. What this courier has stays on the route, after the list if it is not on it.',
      scope: 'couriers:write',
      body: routeOrder,
      answers: { 200: { description: 'The route as it is now.', schema: driverRoute } },
      example: {
        parcels: [
          {
            shipment_id: '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80',
            window: { from: '2026-03-10T14:00:00+01:00', to: '2026-03-10T16:00:00+01:00' },
            notes: '3rd floor',
          },
        ],
      },
    },
    get: {
      id: 'getCourierRoute',
      method: 'GET',
      path: '/couriers/:id/route',
      summary: "Get today's route of a courier",
      description: 'As the app shows it: stops in order, what is loaded, and what is done.',
      scope: 'couriers:read',
      answers: { 200: { description: 'The route.', schema: driverRoute } },
    },
    hand: {
      id: 'handOverCourierParcels',
      method: 'POST',
      path: '/couriers/:id/handover',
      summary: "Hand a courier's parcels to a colleague or a facility",
      description:
        'Of a phone that was lost, a courier who fell ill, or a van that came back. Couriers are notified. Handing in at a building is a scan of each parcel there. Couriers hand over and in by themselves by scanning.',
      scope: 'couriers:write',
      body: handover,
      answers: { 200: { description: 'How many changed hands.', schema: handedOver } },
      errors: ['overloaded'],
      example: { courier_id: 'cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80' },
    },
    list: {
      id: 'listCourierEvents',
      method: 'GET',
      path: '/couriers/:id/events',
      summary: "List what a courier's phones sent",
      description:
        'The last 200, newest first. Of those that were refused, and of notes, the whole event is kept for review.',
      scope: 'couriers:read',
      query: sentEventFilter,
      answers: { 200: { description: 'The events.', schema: sentEvents } },
    },
  },
  ({ work, clock }: CourierRouteDeps) => ({
    get: async ({ tenant, id, found }) => {
      const route = found(await work.route(tenant, id));
      return { status: 200, body: routeJson(route, clock.nowMs(), FALLBACK) };
    },
    set: async ({ tenant, body, id, found, missing }) => {
      const outcome = await work.writeRoute(tenant, id, entriesOf(body));
      if (outcome.kind === 'not_found') throw missing();
      if (outcome.kind === 'invalid') throw notForRoute(outcome.index, outcome.why);
      if (outcome.kind === 'held') throw heldByAnother(outcome.shipmentIds);
      const route = found(await work.route(tenant, id));
      return { status: 200, body: routeJson(route, clock.nowMs(), FALLBACK) };
    },
    hand: async ({ tenant, body, id, missing }) => {
      const from = id;
      const { courier_id: colleague, facility_code: facilityCode } = body;
      const shipmentIds = body.shipment_ids?.map((id) => id.toLowerCase()) ?? null;
      const outcome =
        facilityCode === undefined
          ? await work.handOver(tenant, from, {
              to: uuidOfWireId('courier', colleague ?? '') ?? '',
              shipmentIds,
            })
          : await work.handIn(tenant, from, { facilityCode, shipmentIds }).catch(notStored);
      if (outcome.kind === 'not_found') throw missing();
      if (outcome.kind === 'no_such_colleague') {
        throw invalidMember(
          '/courier_id',
          'couriers.noSuchOtherCourier',
          'couriers.sendColleagueId',
        );
      }
      if (outcome.kind === 'not_there') {
        const { shipmentIds: missing } = outcome;
        throw new Problem('conflict', 'couriers.parcelsNotWithCourier', {
          fix: 'couriers.reloadRoute',
          extra: { shipment_ids: missing },
        });
      }
      return { status: 200, body: { moved: outcome.moved } };
    },
    list: async ({ tenant, query, id, found }) => {
      const refusedOnly = query.outcome === 'refused';
      const sent = found(await work.sent(tenant, id, { refusedOnly }));
      return { status: 200, body: { data: sent.map(sentJson), next_cursor: null } };
    },
  }),
);

function notStored(): never {
  throw new Problem('overloaded', 'couriers.buildingScansNotStored', {
    retryAfterS: RETRY_AFTER_S,
  });
}

const RETRY_AFTER_S = 5;

function entriesOf(body: z.output<typeof routeOrder>) {
  return body.parcels.map(({ shipment_id: shipmentId, window, notes, locked }) => ({
    shipmentId: shipmentId.toLowerCase(),
    window: window ? { fromMs: Date.parse(window.from), toMs: Date.parse(window.to) } : null,
    notes: notes ?? null,
    locked: locked ?? false,
  }));
}

function notForRoute(index: number, why: 'unknown' | 'twice' | 'ended'): Problem {
  const pointer = `/parcels/${index}/shipment_id`;
  switch (why) {
    case 'unknown':
      return invalidMember(pointer, 'couriers.noSuchOwnParcel', 'couriers.sendOwnParcelId');
    case 'twice':
      return invalidMember(pointer, 'couriers.alreadyOnList', 'requests.sendOnce');
    case 'ended':
      return invalidMember(pointer, 'couriers.parcelHasEnded', 'couriers.omitParcel');
  }
}

function heldByAnother(shipmentIds: readonly string[]): Problem {
  return new Problem('conflict', 'couriers.parcelsWithAnotherCourier', {
    fix: 'couriers.handOverOrOmit',
    extra: { shipment_ids: shipmentIds },
  });
}

function sentJson(event: SentEvent) {
  const { refusal } = event;
  return {
    id: event.id,
    device_id: wireId('device', event.deviceId),
    type: event.type,
    at: iso(event.atMs),
    received_at: iso(event.receivedAtMs),
    shipment_id: event.shipmentId,
    tracking_number: event.trackingNumber,
    code: event.code,
    outcome: refusal === null ? 'accepted' : 'refused',
    refused_as: refusal?.code ?? null,
    sent: event.sent,
  };
}
