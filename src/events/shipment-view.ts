import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { STATUSES } from '../kernel/status.ts';
import { MODES } from '../kernel/tenant.ts';
import {
  instant,
  instantOrNull,
  localDate,
  localDateOrNull,
  localTimeOrNull,
  timeZoneOrNull,
} from '../kernel/time/time-kinds.ts';
import { attributeMembers, attributeViews, NO_ATTRIBUTES } from './shipment-attributes.ts';

/**
 * Where the zone comes from: the destination, or the offset that the carrier wrote after the time.
 */
const ESTIMATE_ZONE_SOURCES = ['postal_code', 'offset', 'none'] as const;

const precision = z.enum(['day', 'time']);
const zoneSource = z
  .enum(ESTIMATE_ZONE_SOURCES)
  .meta({ id: 'ZoneSource', description: 'Where the zone comes from.' });
const dateMeta = {
  description: 'The most likely day, at the destination.',
};

const ends = {
  from: instantOrNull.describe('Null: the zone is unknown, or this end is open.'),
  to: instantOrNull.describe('For whole days, the last second. Null: as for `from`.'),
  from_local: localTimeOrNull.describe(
    "`from` in the destination's local time; for whole days, the first day.",
  ),
  to_local: localTimeOrNull.describe('The same for `to`; for whole days, the last day.'),
};
const zone = {
  time_zone: timeZoneOrNull.meta({
    id: 'EstimateZone',
    description: "The destination's zone, otherwise the carrier's offset. Null: unknown.",
  }),
};

/** The members that say when a parcel is expected, whatever the source. */
export const estimateMembers = {
  date: localDate.meta(dateMeta),
  ...ends,
  precision: precision.describe('`day`: the ends are whole days.'),
  ...zone,
  zone_source: zoneSource,
};

/** The same members for a place where an estimate may be unknown; all are null then. */
export const estimateMembersOrNull = {
  date: localDateOrNull.meta(dateMeta),
  ...ends,
  precision: precision.nullable().describe('`day`: the ends are whole days.'),
  ...zone,
  zone_source: zoneSource,
};

export const estimatedDelivery = z
  .strictObject({
    ...estimateMembers,
    source: z
      .enum(['carrier', 'model', 'rule'])
      .describe(
        'Where the estimate comes from: the carrier, a model (comparable parcels, or your own courier’s route), or counted working days.',
      ),
    confidence: z.number().nullable().describe("From 0 to 1. Null: the carrier's own estimate."),
    late: z
      .literal(true)
      .optional()
      .describe('The earlier estimate has passed, and this is a new window.'),
    stops_before: z
      .int()
      .min(0)
      .optional()
      .describe('Stops that your courier makes before this one. Absent: more than 10, or unknown.'),
    arriving: z
      .literal(true)
      .optional()
      .describe('Your courier is minutes away, and the recipient was notified.'),
  })
  .meta({
    id: 'EstimatedDelivery',
    example: {
      date: '2026-03-12',
      from: '2026-03-12T14:00:00.000Z',
      to: '2026-03-12T17:00:00.000Z',
      from_local: '2026-03-12T09:00:00',
      to_local: '2026-03-12T12:00:00',
      precision: 'time',
      time_zone: 'America/Chicago',
      zone_source: 'postal_code',
      source: 'carrier',
      confidence: null,
    },
  });

/** The previous estimate. */
export const earlierEstimate = z.strictObject(estimateMembers).meta({ id: 'EarlierEstimate' });

/**
 * When a parcel is expected, as in the API. From ≤ to, and `date` is between them at the
 * destination.
 */
export type EstimateTimes = Readonly<z.output<typeof earlierEstimate>>;

/** An estimate with its source. */
export type EstimateView = Readonly<z.output<typeof estimatedDelivery>>;

const textOrNull = z.string().nullable();

export const modeView = z.enum(MODES).meta({ id: 'Mode' });
export const statusView = z.enum(STATUSES).meta({ id: 'Status' });

/**
 * A shipment in every output, without personal data: in the event log, the API, webhooks,
 * docs/openapi.json and the typed client. Snake case. A member added here is missing in older log
 * entries.
 */
export const shipmentMembers = {
  id: z.uuid(),
  carrier: z.string(),
  tracking_number: z.string().describe("In the carrier's spelling."),
  tracking_url: z.string().meta({
    description: 'Its tracking page, for anyone who has the number; in an event, as it was then.',
    example: 'https://track.example.com/track/carrier-id/9400111202555842332607',
  }),
  mode: modeView,
  status: statusView,
  sub_status: textOrNull.describe('The sub-status, from an open list.'),
  confirmed: z.boolean().describe('False while only a source that can be forged has reported it.'),
  estimated_delivery: estimatedDelivery
    .nullable()
    .describe(
      'Also null if the estimated day has passed and there is no newer one, and once the parcel cannot arrive any more: it has ended, goes back, waits to be collected, or is lost, damaged or undeliverable.',
    ),
  delivered_at: instantOrNull.describe('Null unless `status` is `delivered`.'),
  last_event_at: instantOrNull,
  time_zone: timeZoneOrNull.describe(
    'IANA zone of the destination, if country and postal code identify it; otherwise of the newest event (`Etc/GMT+5` if only its offset, five hours behind UTC, is known).',
  ),
  expired: z
    .boolean()
    .describe('There was no update for so long that polling stopped. Any update ends this.'),
  pieces: z.strictObject({ total: z.int(), delivered: z.int() }).meta({ id: 'Pieces' }).nullable(),
  order_id: z.string().nullable().describe('The first of `order_ids`.'),
  ...attributeViews,
  created_at: instant,
  updated_at: instant,
};

export const shipment = z.strictObject(shipmentMembers).meta({ id: 'Shipment' });

type Shipment = z.output<typeof shipment>;

/** The type of `shipment`, read-only. */
export type ShipmentView = {
  readonly [Member in keyof Shipment]: Shipment[Member] extends readonly (infer Item)[]
    ? readonly Item[]
    : Readonly<Shipment[Member]>;
};

/**
 * Entries of the log leave these members out while they have these values, which makes an entry a
 * quarter smaller.
 */
const EMPTY: Readonly<Record<string, unknown>> = {
  sub_status: null,
  estimated_delivery: null,
  delivered_at: null,
  expired: false,
  pieces: null,
  order_id: null,
  ...attributeMembers(NO_ATTRIBUTES),
} satisfies Partial<ShipmentView>;

/** The columns of an entry that repeat members of its shipment: a quarter of what remains. */
interface Entry {
  readonly subjectId: string;
  readonly tenant: { readonly mode: string };
  readonly occurredAtMs: number;
}

/**
 * The members that entries leave out because they are columns: each entry about a shipment has its
 * id and mode, and was its last update when it was written.
 */
function membersFromColumns({ subjectId, tenant, occurredAtMs }: Entry) {
  return {
    id: subjectId,
    mode: tenant.mode,
    updated_at: new Date(occurredAtMs).toISOString(),
  } satisfies Partial<Record<keyof ShipmentView, string>>;
}

/** The path of a parcel's tracking page. */
export function trackingPath(carrier: string, trackingNumber: string): string {
  return `/track/${[carrier, trackingNumber].map(encodeURIComponent).join('/')}`;
}

/** Returns a shipment as an entry of the log stores it, without the members left out. */
export function storedShipment(
  shipment: ShipmentView,
  entry: Entry,
): Readonly<Record<string, unknown>> {
  const columns: Readonly<Record<string, unknown>> = membersFromColumns(entry);
  const stored: Record<string, unknown> = {};
  for (const [member, value] of Object.entries(shipment)) {
    const implied = member in columns ? columns : EMPTY;
    if (!(member in implied && isDeepStrictEqual(value, implied[member]))) stored[member] = value;
  }
  const { tracking_url: url, carrier, tracking_number: trackingNumber } = shipment;
  const path = trackingPath(carrier, trackingNumber);
  // A URL that ends with a slash is the hub's, without the path, which repeats carrier and number.
  if (url.endsWith(path)) stored['tracking_url'] = url.slice(0, 1 - path.length);
  return stored;
}

/** Returns the shipment of an entry with all members, including those that were left out. */
export function wholeShipment(data: Readonly<Record<string, unknown>>, entry: Entry) {
  const { tracking_url: url, carrier, tracking_number: trackingNumber } = data;
  return {
    ...EMPTY,
    ...membersFromColumns(entry),
    ...data,
    ...(String(url).endsWith('/') && {
      tracking_url:
        String(url).slice(0, -1) + trackingPath(String(carrier), String(trackingNumber)),
    }),
  };
}
