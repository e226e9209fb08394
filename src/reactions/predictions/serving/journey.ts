import { NO_POSTAL_CODES, type PostalCodes } from '../../../kernel/places/postal-codes.ts';
import type { ReadStatus } from '../../../kernel/status.ts';
import { wallClockMs } from '../../../kernel/time/place-time.ts';
import {
  type Moment,
  type Parcel,
  type ParcelPlace,
  type ParcelStop,
  pooledSender,
  type Stop,
  stopsFromJson,
  usableStops,
} from '../../../prediction/index.ts';
import type { ParcelSnapshot } from '../../../tracking/ports/predictions.ts';
import type { TimelineEvent } from '../../../tracking/ports/shipments.ts';
import type { PriorPrediction } from './rows.ts';

/** A parcel's journey as far as it is known; the carrier has it, or has delivered it. */
export interface Journey {
  readonly parcel: Parcel;
  /** The scan that proves that the carrier has it, and the newest since. */
  readonly acceptance: Stop;
  readonly newest: Stop;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A clock further ahead is wrong, and its times are ignored. */
const AHEAD_MS_MAX = HOUR_MS;
/** Clocks without a zone may differ by this much although the order is correct. */
const BEFORE_MS_MAX = 14 * HOUR_MS;

/** The first of these statuses means the carrier has it. */
const MOVING: ReadonlySet<ReadStatus> = new Set<ReadStatus>([
  ...(['picked_up', 'in_transit', 'at_facility', 'out_for_delivery'] as const),
  ...(['delivery_attempted', 'available_for_pickup', 'delivered'] as const),
]);

/**
 * Returns the parcel's journey as far as it is known; null: no scan by the carrier has a plausible
 * time.
 *
 * @param codes locations of postal codes.
 * @param stored its stored journey: its stops, which may be anything.
 */
export function journeyOf(
  snapshot: ParcelSnapshot,
  nowMs: number,
  stored: Pick<PriorPrediction, 'stops' | 'weather'> | null,
  codes: Pick<PostalCodes, 'find'> = NO_POSTAL_CODES,
): Journey | null {
  const weather = stored?.weather ?? null;
  const { shipment, personal, events } = snapshot;
  const stops = [...events].reverse().flatMap((event) => movingStop(event, nowMs) ?? []);
  const [acceptance] = stops;
  const newest = stops.at(-1);
  if (acceptance === undefined || newest === undefined) return null;
  const origin = withLocation(addressPlace(personal.origin) ?? firstPlace(events), codes);
  const destination = withLocation(addressPlace(personal.destination) ?? NOWHERE, codes);
  const allStops = {
    handedOverAt: acceptance.at,
    stops: [...events].reverse().flatMap((event) => anyStop(event) ?? []),
  };
  return {
    parcel: {
      id: shipment.id,
      carrier: shipment.carrier,
      serviceLevel: shipment.serviceLevel ?? '',
      sender: pooledSender(shipment.merchantId, shipment.senderId ?? ''),
      origin,
      destination,
      weightG: shipment.weightG,
      labelAt: labelTime(events, acceptance.at),
      handedOverAt: acceptance.at,
      deliveredAt: deliveryTime(shipment.state.status, stops, acceptance.at),
      promisedDay: dayNumber(shipment.promisedDate),
      stops: withEstimates(usableStops(allStops, nowMs + AHEAD_MS_MAX), stored?.stops, snapshot),
      ...(weather === null ? {} : { weather }),
    },
    acceptance,
    newest,
  };
}

/**
 * The event as a stop; null unless it comes from the carrier, shows that the carrier has the parcel
 * and has a plausible time.
 */
function movingStop(event: TimelineEvent, nowMs: number): Stop | null {
  if (!isReported(event) || !MOVING.has(event.status)) return null;
  const at = momentOf(event);
  if (at === null || at.instantMs > nowMs + AHEAD_MS_MAX) return null;
  return { at, status: event.status, country: event.place?.country ?? null };
}

/**
 * The carrier's event as a stop, including trouble on the way; null if it has no time.
 * `usableStops` selects what can be used.
 */
function anyStop(event: TimelineEvent): ParcelStop | null {
  const at = isReported(event) ? momentOf(event) : null;
  return at === null ? null : parcelStop(event, at);
}

/** Whether the carrier reported the event, itself or by a bridge. */
function isReported({ source }: TimelineEvent): boolean {
  return source === 'carrier' || source === 'bridge';
}

/** If no zone is known the clock is read as UTC, as in a file of parcels. */
function momentOf({ occurredAt, occurredLocal }: TimelineEvent): Moment | null {
  const instantMs = occurredAt === null ? null : Date.parse(occurredAt);
  const wallMs = occurredLocal === null ? instantMs : wallClockMs(withoutOffset(occurredLocal));
  if (wallMs === null) return null;
  return { wallMs, instantMs: instantMs ?? wallMs };
}

/** `2026-11-20T10:00:00`, without whatever follows it. */
function withoutOffset(local: string): string {
  return local.slice(0, 19);
}

/** When the label was created; null: unknown, or after acceptance. */
function labelTime(events: readonly TimelineEvent[], acceptance: Moment): Moment | null {
  const event = events.findLast(({ status }) => status === 'created');
  const at = event === undefined ? null : momentOf(event);
  return at === null || at.instantMs > acceptance.instantMs ? null : at;
}

/**
 * When the parcel was delivered; null: it is not delivered, or the delivery is dated well before
 * acceptance.
 */
function deliveryTime(status: string, stops: readonly Stop[], acceptance: Moment): Moment | null {
  if (status !== 'delivered') return null;
  const at = stops.findLast((stop) => stop.status === 'delivered')?.at ?? null;
  if (at === null || at.instantMs < acceptance.instantMs - BEFORE_MS_MAX) return null;
  return at;
}

const NOWHERE: ParcelPlace = { country: '', region: '', postal: '', lat: null, lng: null };

function addressPlace(address: Readonly<Record<string, unknown>> | null): ParcelPlace | null {
  if (address === null) return null;
  const text = (name: string) => {
    const value = address[name];
    return typeof value === 'string' ? value.trim() : '';
  };
  const country = text('country').toUpperCase();
  if (country === '') return null;
  return { ...NOWHERE, country, region: text('region'), postal: text('postal_code') };
}

/** Steps of about a kilometre: the middle of a postal code reveals nobody's street. */
const STEPS_A_DEGREE = 100;

/** Adds the location of the place's postal code, only as precise as learning uses it. */
function withLocation(place: ParcelPlace, codes: Pick<PostalCodes, 'find'>): ParcelPlace {
  const { country, postal } = place;
  const middle = country === '' || postal === '' ? null : codes.find(country, postal);
  if (middle === null) return place;
  const coarse = (degrees: number) => Math.round(degrees * STEPS_A_DEGREE) / STEPS_A_DEGREE;
  return { ...place, lat: coarse(middle.lat), lng: coarse(middle.lng) };
}

/** The place of the oldest event that names a country; `NOWHERE` if none does. */
function firstPlace(events: readonly TimelineEvent[]): ParcelPlace {
  const place = events.findLast((event) => event.place?.country)?.place;
  if (place == null) return NOWHERE;
  const { country, region, postalCode } = place;
  return { ...NOWHERE, country: country ?? '', region: region ?? '', postal: postalCode ?? '' };
}

/** The number of a calendar day, counted from 1970-01-01; null: no valid date. */
function dayNumber(date: string | null): number | null {
  const ms = date === null ? null : wallClockMs(date);
  return ms === null ? null : Math.floor(ms / DAY_MS);
}

const FACILITY_CHARS_MAX = 60;

/** An event as a stop on a parcel's journey; the carrier's estimate at that time is added later. */
function parcelStop({ status, place }: TimelineEvent, at: Moment): ParcelStop {
  const name = (place?.facility ?? place?.city ?? place?.postalCode ?? '').trim().toUpperCase();
  return {
    at,
    status,
    country: place?.country ?? '',
    estimateDay: null,
    facility: name.slice(0, FACILITY_CHARS_MAX),
  };
}

/**
 * The same stops, each with the carrier's date when the stop was first known: as stored then, and
 * today's for the newest stop if that is new. For older new stops it is unknown.
 *
 * @param stored the stops from the table; may be anything.
 */
function withEstimates(
  stops: readonly ParcelStop[],
  stored: unknown,
  { shipment }: Pick<ParcelSnapshot, 'shipment'>,
): ParcelStop[] {
  const known = new Map(stopsFromJson(stored).map((stop) => [keyOf(stop), stop.estimateDay]));
  const date = shipment.state.estimatedDelivery?.date ?? null;
  const ms = date === null ? null : wallClockMs(date);
  const estimateToday = ms === null ? null : Math.floor(ms / DAY_MS);
  return stops.map((stop, index) => {
    const key = keyOf(stop);
    const isNewest = index === stops.length - 1;
    return {
      ...stop,
      estimateDay: known.get(key) ?? (isNewest && !known.has(key) ? estimateToday : null),
    };
  });
}

function keyOf({ at, status }: ParcelStop): string {
  return `${status} ${at.instantMs}`;
}
