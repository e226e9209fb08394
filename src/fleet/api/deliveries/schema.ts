import { z } from 'zod';
import { orderIds, WEIGHT_G_MAX } from '../../../events/shipment-attributes.ts';
import { shipment as shipmentView, statusView } from '../../../events/shipment-view.ts';
import { statusFilter } from '../../../http/api/shipments/filter-schema.ts';
import { address } from '../../../http/api/shipments/input-schema.ts';
import { listPage, paging } from '../../../http/kit/paged.ts';
import { PROOF_KINDS, proofKind } from '../../../kernel/proof-kinds.ts';
import { givenInstant, instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { issueText, longText, text } from '../../../kernel/wire/explain-issues.ts';
import { PHASES } from '../../deliveries/index.ts';
import { courierId } from '../couriers/schema.ts';

const ADDRESS_CHARS_MAX = 500;
const NOTES_CHARS_MAX = 1_000;

const deliveryId = z.string().meta({ example: 'del_0190b0a15e0b7c3e8f0b1d5a2c4e6f80' });

export const coordinates = z
  .strictObject({ lat: z.number().min(-90).max(90), lng: z.number().min(-180).max(180) })
  .meta({ id: 'Coordinates', example: { lat: 53.5511, lng: 9.9937 } });

const givenAddress = z
  .union([text(ADDRESS_CHARS_MAX), address], {
    error: issueText('deliveries.sendAddressOrParts'),
  })
  .meta({ example: 'Große Elbstraße 68, 22767 Hamburg, Germany' });

export const timeWindow = z
  .strictObject({ from: givenInstant.nullish(), to: givenInstant.nullish() })
  .refine(({ from, to }) => !from || !to || Date.parse(from) <= Date.parse(to), {
    path: ['to'],
    error: issueText('deliveries.sendLaterEnd'),
  })
  .meta({ id: 'TimeWindow' });

const size = z.enum(['small', 'medium', 'large']);

export const newDelivery = z
  .strictObject({
    origin_address: givenAddress.nullish(),
    origin: coordinates.nullish(),
    destination_address: givenAddress.nullish(),
    destination: coordinates.nullish(),
    package_size: size.describe('`small`: in a bag; `medium`: on a bicycle; `large`: needs a car.'),
    weight_g: z.int().min(1).max(WEIGHT_G_MAX).nullish().describe('Grams.'),
    phone: text(32).describe("The recipient's, for whoever brings it."),
    recipient_name: text(200).nullish(),
    ready_at: givenInstant.nullish().describe('From when it can be fetched; default: now.'),
    pickup_window: timeWindow.nullish(),
    delivery_window: timeWindow.nullish(),
    notes: longText(NOTES_CHARS_MAX)
      .nullish()
      .meta({ description: 'For the courier who brings it.', example: 'Ring twice.' }),
    require_proof: z.array(proofKind).max(PROOF_KINDS.length).nullish(),
    order_ids: orderIds.nullish(),
  })
  .refine(({ origin, origin_address: written }) => Boolean(origin ?? written), {
    path: ['origin_address'],
    error: issueText('deliveries.sendOrigin'),
    params: { reason: issueText('values.isMissing') },
  })
  .refine(({ destination, destination_address: written }) => Boolean(destination ?? written), {
    path: ['destination_address'],
    error: issueText('deliveries.sendDestination'),
    params: { reason: issueText('values.isMissing') },
  })
  .meta({ id: 'NewDelivery' });
export type NewDeliveryBody = z.output<typeof newDelivery>;

export const createdDelivery = z
  .strictObject({
    delivery_id: deliveryId,
    shipment_id: z.string(),
    tracking_number: z.string(),
    tracking_url: z.string(),
    estimated_pickup_time: instant,
    estimated_arrival: instant,
  })
  .meta({ id: 'CreatedDelivery' });

const place = z
  .strictObject({
    lat: z.number(),
    lng: z.number(),
    precision: z.enum(['rooftop', 'street', 'postal_code', 'city']),
    address: z.string().nullable().describe('In one line.'),
  })
  .meta({ id: 'DeliveryPlace' });

const pauseView = z
  .strictObject({
    id: z.string(),
    since: instant,
    until: instantOrNull,
    reason: z.string().nullable(),
  })
  .meta({ id: 'DeliveryPause' })
  .nullable()
  .describe(
    'Nobody is asked now, because its pickup is in a paused area: since when, until when (null: until somebody ends it), and why.',
  );

const windowView = z
  .strictObject({ from: instantOrNull, to: instantOrNull })
  .meta({ id: 'DeliveryWindow' })
  .nullable();

export const delivery = z
  .strictObject({
    id: deliveryId,
    shipment_id: z.string(),
    tracking_number: z.string(),
    status: shipmentView.shape.status.describe("The shipment's."),
    phase: z.enum(PHASES).describe('Where the work stands.'),
    courier: z
      .strictObject({
        id: courierId,
        name: z.string(),
        phone: z.string().nullable(),
        vehicle: z.string(),
      })
      .nullable()
      .describe('Who is to bring it, has it, or brought it.'),
    assigned_at: instantOrNull,
    courier_location: z
      .strictObject({ lat: z.number(), lng: z.number(), updated_at: instant })
      .nullable()
      .describe('From the assignment to the end; null also where nobody knows.'),
    estimated_pickup_time: instantOrNull,
    estimated_arrival: instantOrNull,
    origin: place,
    destination: place,
    package_size: size,
    weight_g: z.int().nullable(),
    phone: z.string().nullable(),
    notes: z.string().nullable(),
    require_proof: z.array(proofKind),
    ready_at: instant,
    pickup_window: windowView,
    delivery_window: windowView,
    pause: pauseView,
    created_at: instant,
  })
  .meta({ id: 'Delivery' });

export const deliveryPage = listPage(delivery).meta({ id: 'DeliveryPage' });

export const deliveryFilter = z.strictObject({
  status: statusFilter,
  courier_id: courierId.optional(),
  ...paging(),
});

const degrees = (limit: number) =>
  z
    .string()
    .regex(/^-?\d{1,3}(\.\d{1,12})?$/, issueText('deliveries.useDecimalDegrees'))
    .refine(
      (value) => Math.abs(Number(value)) <= limit,
      issueText({ 'deliveries.limitDegrees': { limit } }),
    )
    .optional()
    .meta({ example: '53.5511' });

export const availableFilter = z
  .strictObject({ courier_id: courierId.optional(), lat: degrees(90), lng: degrees(180) })
  .refine(({ lat, lng }) => (lat === undefined) === (lng === undefined), {
    path: ['lat'],
    error: issueText('values.sendLatWithLng'),
    params: { reason: issueText('shipments.pairIncomplete') },
  });

const coarsePlace = z
  .strictObject({
    lat: z.number(),
    lng: z.number(),
    address: z.string().nullable(),
  })
  .meta({ id: 'OfferedPlace' });

const availableDelivery = z
  .strictObject({
    id: deliveryId,
    origin: coarsePlace,
    destination: coarsePlace.describe('Roughly, as long as it is nobody’s.'),
    distance_km: z.number().nullable().describe('To the pickup, straight.'),
    trip_km: z.number().describe('From the pickup to the door, straight.'),
    package_size: size,
    weight_g: z.int().nullable(),
    estimated_pickup_time: instant,
    ready_at: instant,
    deliver_by: instantOrNull.describe('The end of the delivery window.'),
    offer: z
      .strictObject({ offered_at: instant, alone_until: instant })
      .nullable()
      .describe('Null: this courier was not asked, and may take it all the same.'),
  })
  .meta({ id: 'OfferedDelivery' });

export const availableList = z
  .strictObject({ deliveries: z.array(availableDelivery) })
  .meta({ id: 'AvailableDeliveries' });

export const offers = z
  .strictObject({ offers: z.array(availableDelivery) })
  .meta({ id: 'DeliveryOffers' });

export const byCourier = z
  .strictObject({
    courier_id: courierId
      .optional()
      .describe("A merchant's key names the courier; a device key is its own."),
    reason: text(200).optional(),
  })
  .meta({ id: 'DeliveryAnswer' });

export const accepted = z
  .strictObject({ accepted: z.literal(true), assigned_at: instant })
  .meta({ id: 'DeliveryAccepted' });

export const reassignment = z
  .strictObject({
    courier_id: courierId.optional().describe('To whom; absent: it is offered anew.'),
  })
  .meta({ id: 'DeliveryReassignment' });

export const cancellation = z
  .strictObject({ note: longText(500).nullish() })
  .meta({ id: 'DeliveryCancellation' });

export const deliveryStatus = z
  .strictObject({
    status: statusView,
    sub_status: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,63}$/, issueText('values.useLowerCaseUnderscores'))
      .nullish(),
    timestamp: givenInstant.nullish().describe('Default: now.'),
    note: longText(500).nullish(),
  })
  .meta({ id: 'DeliveryStatusCommand' });

const terms = z
  .record(z.string(), z.unknown())
  .describe(
    'What was weighed, in seconds: `approach_s` the way to the pickup, `load_s` for other parcels, `habit_s` for offers turned down, `idle_s` taken off for having had no work; `cost` is the sum, and the least is asked first.',
  );

export const deliveryExplanation = z
  .strictObject({
    id: deliveryId,
    phase: z.enum(PHASES),
    summary: z.string(),
    pause: pauseView,
    offers: z.array(
      z.strictObject({
        courier_id: courierId,
        state: z.enum(['open', 'accepted', 'declined', 'withdrawn']),
        round: z.int(),
        offered_at: instant,
        answered_at: instantOrNull,
        terms,
      }),
    ),
    steps: z.array(
      z.strictObject({
        at: instant,
        what: z.string(),
        courier_id: courierId.nullable(),
        detail: z.record(z.string(), z.unknown()),
      }),
    ),
  })
  .meta({ id: 'DeliveryExplanation' });

export const dispatchSettings = z
  .strictObject({
    assign: z
      .enum(['offers', 'auto'])
      .describe(
        '`offers`: couriers are asked, and whoever takes it first has it. `auto`: the hub assigns, for employed couriers.',
      ),
  })
  .meta({ id: 'DispatchSettings' });
