import { z } from 'zod';
import { statusView } from '../../../events/shipment-view.ts';
import { proofKind } from '../../../kernel/proof-kinds.ts';
import { instant } from '../../../kernel/time/time-kinds.ts';
import { courier } from '../couriers/schema.ts';

const textOrNull = z.string().nullable();
const proofKinds = z.array(proofKind);

const address = z.strictObject({
  lines: z.array(z.string()).describe('As on a label, without the name.'),
  postal_code: textOrNull,
  city: textOrNull,
  country: textOrNull,
});

const routeParcel = z
  .strictObject({
    shipment_id: z.uuid(),
    tracking_number: z.string(),
    status: statusView,
    sub_status: textOrNull,
    state: z
      .enum(['to_load', 'loaded', 'done'])
      .describe(
        '`to_load`: on the list, and not taken yet; `loaded`: the courier has it; `done`: delivered, handed in or given away today.',
      ),
    require_proof: proofKinds,
    pieces: z.int().nullable(),
    weight_g: z.int().nullable(),
    order_id: textOrNull,
    recipient: z.strictObject({ name: textOrNull, phone: textOrNull }),
    attempts: z.int().describe('Deliveries attempted so far.'),
    pickup: address.nullable().describe('Where it is fetched; null: at your own building.'),
  })
  .meta({ id: 'DriverParcel' });

const stop = z
  .strictObject({
    id: z.string().meta({ example: 'sto_0190b0a15e0b7c3e8f0b1d5a2c4e6f80' }),
    position: z.int().describe('From 1, in the order to drive.'),
    locked: z.boolean().describe('The planner leaves it where it is.'),
    state: z.enum(['open', 'done']),
    recipient: z
      .strictObject({ name: textOrNull, phone: textOrNull })
      .describe(
        'Of its first parcel; several people may live at one address, so each parcel has its own. `phone` is for the call button; null where the merchant gave none.',
      ),
    address,
    location: z
      .strictObject({ lat: z.number(), lng: z.number() })
      .nullable()
      .describe('Null: not known.'),
    window: z
      .strictObject({ from: instant, to: instant })
      .nullable()
      .describe('When the recipient expects it; null: any time.'),
    notes: z.array(z.string()).describe('From the merchant and the recipient.'),
    require_proof: proofKinds.describe('What any of its parcels needs.'),
    parcels: z.array(routeParcel),
  })
  .meta({ id: 'DriverStop' });

const notice = z
  .strictObject({
    id: z.uuid(),
    at: instant,
    kind: z.enum(['rescheduled', 'removed', 'given_to', 'given_by', 'returning', 'cancelled']),
    tracking_number: z.string(),
    text: z.string().describe('In words, in the language of Accept-Language.'),
    date: z.iso.date().nullable().describe('Of `rescheduled`: the day it is wanted.'),
    courier_name: textOrNull.describe('Of `given_to` and `given_by`: the colleague.'),
  })
  .meta({
    id: 'DriverNotice',
    description: 'What changed on the route and was not the courier’s own doing, of the last day.',
  });

export const driverRoute = z
  .strictObject({
    courier,
    revision: z.string().describe('Another one: something of it changed.'),
    generated_at: instant,
    stops: z.array(stop),
    notices: z.array(notice),
    depot: z
      .strictObject({
        facility_code: z.string(),
        name: z.string(),
        lat: z.number(),
        lng: z.number(),
        radius_m: z.int().describe('So near, the courier is at the building.'),
        is_there: z
          .boolean()
          .nullable()
          .describe(
            'Whether the courier is there; null: not known. Off shift the hub knows no place: an app that has one compares it itself, and may ask whether the shift is to begin.',
          ),
        hint: z
          .enum(['hand_in', 'end_shift'])
          .nullable()
          .describe(
            'At the building, after stops were done and with nothing left to load: what to ask the courier. Nothing follows by itself.',
          ),
      })
      .nullable()
      .optional()
      .describe('The home facility; null: none is named, or nobody knows where it is.'),
  })
  .meta({ id: 'DriverRoute' });
