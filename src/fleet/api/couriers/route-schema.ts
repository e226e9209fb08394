import { z } from 'zod';
import { COURIER_EVENT_FAULTS } from '../../../kernel/custody.ts';
import { givenInstant, instant } from '../../../kernel/time/time-kinds.ts';
import { issueText } from '../../../kernel/wire/explain-issues.ts';
import { longText, text } from '../../../kernel/wire/given-text.ts';
import { COURIER_CHARS, ROUTE_PARCELS_MAX } from '../../couriers/index.ts';
import { courierId } from './schema.ts';

const window = z
  .strictObject({ from: givenInstant, to: givenInstant })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), issueText('couriers.sendLaterTo'));

/** A parcel of the list, by its id or with what is known of its stop. */
const routeEntry = z.strictObject({
  shipment_id: z.uuid(),
  window: window.nullish().meta({ description: 'When the recipient expects it.' }),
  notes: longText(500).nullish().meta({ description: 'For the courier, such as the floor.' }),
  locked: z
    .boolean()
    .optional()
    .meta({ description: 'Nobody reorders this stop; false at first.' }),
});

export const routeOrder = z
  .strictObject({
    parcels: z.array(routeEntry).max(ROUTE_PARCELS_MAX),
  })
  .meta({
    id: 'CourierRouteOrder',
    description:
      'The whole list in the order of the stops. Parcels for one address become one stop, at the place of the first. A parcel that is left out is off the route, unless the courier has it.',
  });

export const handover = z
  .strictObject({
    courier_id: courierId.optional().meta({ description: 'The colleague.' }),
    facility_code: text(COURIER_CHARS.facility)
      .optional()
      .meta({ description: 'The building that takes the parcels in.', example: 'HAM-1' }),
    shipment_ids: z.array(z.uuid()).min(1).max(ROUTE_PARCELS_MAX).optional().meta({
      description: 'Which; absent: all that the courier has or, for a colleague, is to take.',
    }),
  })
  .refine(
    ({ courier_id: to, facility_code: facility }) =>
      (to === undefined) !== (facility === undefined),
    issueText('couriers.sendCourierOrFacility'),
  )
  .meta({ id: 'CourierHandover' });

export const handedOver = z.strictObject({ moved: z.int() }).meta({ id: 'CourierHandedOver' });

export const sentEventFilter = z.strictObject({
  outcome: z.enum(['refused']).optional().meta({ description: 'Only what waits for review.' }),
});

export const sentEvents = z
  .strictObject({
    data: z.array(
      z.strictObject({
        id: z.string(),
        device_id: z.string(),
        type: z.enum(['scan', 'status', 'note']),
        at: instant,
        received_at: instant,
        shipment_id: z.uuid().nullable(),
        tracking_number: z.string().nullable(),
        code: z.string().nullable().meta({
          description: 'Of a scan its code, of a status the status.',
        }),
        outcome: z.enum(['accepted', 'refused']),
        refused_as: z.enum(COURIER_EVENT_FAULTS).nullable(),
        sent: z.record(z.string(), z.unknown()).nullable().meta({
          description: 'The event as it came; null: it is not kept.',
        }),
      }),
    ),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'CourierEvents' });
