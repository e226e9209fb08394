import type { ShipmentEvent } from '../../events/event.ts';
import { dayIn } from '../../kernel/time/zoned-time.ts';

/** The counted data of a parcel. Nothing is personal: a lane is an area. */
export interface CountedParcel {
  readonly shipmentId: string;
  readonly merchantId: string;
  readonly mode: 'live' | 'test';
  /** Sequence of the newest event that is included in the counts. */
  readonly sequence: number;
  readonly carrier: string;
  /** Empty: not given. */
  readonly serviceLevel: string;
  readonly lane: string;
  /** Mondays: the week of creation in UTC, and the week of delivery by the clock of its place. */
  readonly madeWeek: string;
  /** When the carrier was first known to have the parcel, before delivery; null: not yet. */
  readonly handedOverAtMs: number | null;
  /** Whether a delivery attempt failed. */
  readonly attempted: boolean;
  readonly ended: 'delivered' | 'returned' | null;
  readonly endedWeek: string | null;
  /** Days of 24 hours, rounded. */
  readonly transitDays: number | null;
  /** Whether the parcel was delivered by the promised day; null: no day was promised. */
  readonly onTime: boolean | null;
  /** The parcel's cases: the week and the reason of each, by case id. */
  readonly cases: Readonly<Record<string, readonly [week: string, reason: string]>>;
}

const DAY_MS = 86_400_000;
/** Longer times come from wrong clocks, and are useless. */
const TRANSIT_DAYS_MAX = 90;
const MOVING: ReadonlySet<string> = new Set([
  'picked_up',
  'in_transit',
  'at_facility',
  'out_for_delivery',
  'available_for_pickup',
  'delivery_attempted',
  'exception',
  'returning',
]);

/** The parcel's counts after an event. A repeated or outdated event changes nothing. Pure. */
export function countsOf(
  before: CountedParcel | null,
  event: ShipmentEvent,
  lane: string | null,
): CountedParcel {
  if (before !== null && event.sequence <= before.sequence) return before;
  const { data, tenant } = event;
  const handedOverAtMs =
    before?.handedOverAtMs ?? (MOVING.has(data.status) ? observedAt(event) : null);
  return {
    shipmentId: event.subjectId,
    merchantId: tenant.merchantId,
    mode: tenant.mode,
    sequence: event.sequence,
    carrier: data.carrier,
    serviceLevel: data.service_level ?? before?.serviceLevel ?? '',
    lane: lane ?? before?.lane ?? '',
    madeWeek: mondayOf(data.created_at.slice(0, 10)),
    handedOverAtMs,
    attempted: hasFailedAttempt(before?.attempted ?? false, event),
    ...endOf(event, handedOverAtMs),
    cases: casesAfter(before?.cases ?? {}, event),
  };
}

/**
 * Returns when the parcel's last event happened; without a readable time, when the update was made.
 */
function observedAt({ data, occurredAtMs }: ShipmentEvent): number {
  const lastMs = data.last_event_at == null ? Number.NaN : Date.parse(data.last_event_at);
  return Number.isNaN(lastMs) ? occurredAtMs : lastMs;
}

/** Whether a delivery attempt has failed. A correction takes the attempt back. */
function hasFailedAttempt(
  before: boolean,
  { type, data, previousAttributes }: ShipmentEvent,
): boolean {
  if (data.status === 'delivery_attempted') return true;
  const isRetracted =
    type === 'shipment.corrected' && previousAttributes.status === 'delivery_attempted';
  return before && !isRetracted;
}

type End = Pick<CountedParcel, 'ended' | 'endedWeek' | 'transitDays' | 'onTime'>;

/**
 * Returns how and in which week the parcel ended, with its days in transit; all null while it has
 * not.
 */
function endOf(event: ShipmentEvent, handedOverAtMs: number | null): End {
  const { data } = event;
  const { status, delivered_at: deliveredAt = null } = data;
  if (status === 'returned_to_sender') {
    const endedWeek = mondayOf(new Date(observedAt(event)).toISOString().slice(0, 10));
    return { ended: 'returned', endedWeek, transitDays: null, onTime: null };
  }
  if (status !== 'delivered') {
    return { ended: null, endedWeek: null, transitDays: null, onTime: null };
  }
  const atMs = deliveredAt === null ? observedAt(event) : Date.parse(deliveredAt);
  const day = dayIn(data.time_zone ?? 'UTC', atMs);
  const days = handedOverAtMs === null ? null : Math.round((atMs - handedOverAtMs) / DAY_MS);
  const promised = data.promised_date ?? null;
  return {
    ended: 'delivered',
    endedWeek: mondayOf(day),
    transitDays: days === null || days < 0 ? null : Math.min(days, TRANSIT_DAYS_MAX),
    onTime: promised === null ? null : day <= promised,
  };
}

/** Adds the case of an `exception_opened` event; other events change nothing. */
function casesAfter(before: CountedParcel['cases'], event: ShipmentEvent): CountedParcel['cases'] {
  if (event.type !== 'shipment.exception_opened') return before;
  const { id, reason, kind } = event.data.case;
  const week = mondayOf(new Date(event.occurredAtMs).toISOString().slice(0, 10));
  return { ...before, [id]: [week, reason ?? kind] };
}

/** 1970-01-01 was a Thursday: three days after a Monday. */
const THURSDAY = 3;

/** The Monday of a day's week, both `2026-11-20`. Pure. */
export function mondayOf(date: string): string {
  const day = Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY_MS);
  return dateOf(day - ((((day + THURSDAY) % 7) + 7) % 7));
}

/** The Monday `weeks` weeks later, or earlier if negative. Pure. */
export function addWeeks(monday: string, weeks: number): string {
  return dateOf(Math.floor(Date.parse(`${monday}T00:00:00Z`) / DAY_MS) + 7 * weeks);
}

function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
