import {
  estimateOfMidnight,
  failureOfStatus,
  instantMs,
  isCountryCode,
  NO_TIME,
  type ParseOutcome,
  type Payload,
  type PlaceTime,
  parcelsOutcome,
  parseJsonOrNull,
  placeTimeFromIso,
  placeTimeInZone,
  placeTimeWithOffset,
  placeTimeWithoutZone,
  type ReportedFact,
  type ReportedPlace,
  readFacts,
  requestedNumber,
  wallClockMs,
  wordsAsCode,
  zoneOfPlace,
} from '../../sdk.ts';
import { numbers } from './numbers.ts';
import {
  codeOfError,
  EVENTS_MAX,
  type Tracking,
  trackingDocument,
  type WireEvent,
} from './schema.ts';

/**
 * The version of the identity. Change it only together with the parts of an identity: a new version
 * makes every fact a new fact.
 */
const IDENTITY_VERSION = 'shipengine-1';
/** The kinds of pushes about parcels, of ShipEngine and of ShipStation's API v2. */
const ABOUT_PARCELS = /^(?:API_TRACK|TRACK_EVENT_V2)$/;
/** "Unknown": what the service says of an event for which it gives no status. */
const UNKNOWN = 'UN';

/** Reads an answer of the tracking service, a push, or errors. */
export function parse(payload: Payload): ParseOutcome {
  const { text, httpStatus } = payload;
  const failure = failureOf(text, httpStatus);
  if (failure !== null) return failure;
  const read = trackingDocument.safeParse(parseJsonOrNull(text)?.value);
  const kind = read.data?.resource_type;
  if (kind !== undefined && !ABOUT_PARCELS.test(kind)) {
    return { outcome: 'not_yet', reason: 'a push about no parcel', trackingNumbers: [] };
  }
  const parcel = read.data?.data ?? read.data;
  const carrier = parcel?.carrier_code ?? CARRIER_IN_URL.exec(read.data?.resource_url ?? '')?.[1];
  if (parcel === undefined || carrier === undefined) {
    const reason = 'expected a parcel with the code of its carrier, a push, or errors';
    return { outcome: 'unreadable', reason, trackingNumbers: [] };
  }
  return parcelsOutcome([parcel], 1, ({ tracking_number: number }) => ({
    trackingNumber:
      number === undefined ? requestedNumber(payload) : numbers.normalize(number) || undefined,
    carrier,
    asOf: null,
    ...factsOf(parcel),
    snapshot: { estimatedDelivery: estimateOfMidnight(parcel.estimated_delivery_date) },
  }));
}

/** Older pushes name the carrier only in the address of the parcel. */
const CARRIER_IN_URL = /[?&]carrier_code=([a-z0-9_]{2,60})(?:&|$)/;

/**
 * The failure that an answer means; null: there is none. A 400 or 404 is about the number: its
 * form, or its carrier.
 */
function failureOf(text: string, status: number | undefined): ParseOutcome | null {
  if (status !== 400 && status !== 404) return failureOfStatus(status);
  const reason = `ShipEngine error ${codeOfError(text) ?? status}`;
  return { outcome: 'not_found', reason, trackingNumbers: [] };
}

/**
 * The facts of a parcel. If no event has a status, the parcel's own is that of the newest event with
 * the carrier's code that goes with it. If none has, it becomes a fact: it happened when the parcel
 * was delivered, or with the newest event.
 */
function factsOf(parcel: Tracking) {
  const { events = [], status_code: status, actual_delivery_date: deliveredAt } = parcel;
  const { facts, warnings } = readFacts(events, EVENTS_MAX, 'events', factOf);
  const hasStatus = events.some((event) => event?.status_code !== undefined);
  if (hasStatus || status === undefined || WITHOUT_SCAN.has(status)) return { facts, warnings };
  const own = facts.filter(({ codes }) => codes['event'] === parcel.carrier_status_code);
  const newest = newestOf(own.map(({ time }) => time));
  const event = own.find(({ time }) => time === newest);
  if (parcel.carrier_status_code !== undefined && event !== undefined) {
    const stated = { ...event, codes: { ...event.codes, ...codesOf(parcel) } };
    return { facts: facts.map((fact) => (fact === event ? stated : fact)), warnings };
  }
  const time =
    (status === 'DE' && deliveredAt !== undefined ? placeTimeFromIso(deliveredAt) : null) ??
    newestOf(facts.map((fact) => fact.time));
  const summary: ReportedFact = {
    codes: codesOf(parcel),
    identity: [IDENTITY_VERSION, `parcel ${status}`, time.local ?? ''],
    time,
    place: null,
    text: null,
    piece: null,
    logical: false,
  };
  return { facts: [...facts, summary], warnings };
}

/** "Not yet in system" and "unknown": there is nothing to report. */
const WITHOUT_SCAN: ReadonlySet<string> = new Set(['NY', UNKNOWN]);

function newestOf(times: readonly PlaceTime[]): PlaceTime {
  const atMs = (time: PlaceTime) => instantMs(time) ?? wallClockMs(time.local ?? '') ?? 0;
  return times.reduce((newest, time) => (atMs(time) > atMs(newest) ? time : newest), NO_TIME);
}

function codesOf({
  status_code: status = UNKNOWN,
  status_detail_code: detail,
}: Pick<Tracking, 'status_code' | 'status_detail_code'>): ReportedFact['codes'] {
  return { status, ...(detail !== undefined && { detail }) };
}

function factOf(event: WireEvent): ReportedFact | null {
  const { event_code, status_code, status_detail_code, description } = event;
  const code = event_code ?? status_detail_code ?? status_code;
  const name = code ?? wordsAsCode(description);
  if (name === null) return null;
  const place = placeOf(event);
  const time = timeOf(event, place);
  return {
    codes: { ...codesOf(event), ...(event_code !== undefined && { event: event_code }) },
    identity: [IDENTITY_VERSION, name, time.local ?? ''],
    ...(code === undefined && { namedByWords: true }),
    time,
    place,
    text: description ?? null,
    piece: null,
    logical: false,
  };
}

const MINUTE_MS = 60_000;
/** Zones differ by multiples of this. */
const STEP_MIN = 15;
const OFFSET_MIN_MAX = 14 * 60;

/**
 * The time of an event: UTC and local time together give the offset. Where both are the same, the
 * service knows no zone (or it is UTC), and the place decides.
 */
function timeOf(event: WireEvent, place: ReportedPlace | null): PlaceTime {
  const { occurred_at: utc = '', carrier_occurred_at: local = '' } = event;
  const inUtc = placeTimeFromIso(utc) ?? NO_TIME;
  const clock = placeTimeFromIso(local.replace(/(?:Z|[+-]\d\d:?\d\d)$/i, ''));
  const [utcMs, clockMs] = [instantMs(inUtc), wallClockMs(clock?.local ?? '')];
  if (clock?.local == null || clockMs === null) return inUtc;
  if (utcMs !== null && utcMs !== clockMs) {
    const offsetMin = (clockMs - utcMs) / MINUTE_MS;
    const isOffset = offsetMin % STEP_MIN === 0 && Math.abs(offsetMin) <= OFFSET_MIN_MAX;
    return isOffset ? placeTimeWithOffset(clock.local, clock.precision, offsetMin) : inUtc;
  }
  const zone = place === null ? null : zoneOfPlace(place);
  return zone === null
    ? placeTimeWithoutZone(clock.local, clock.precision)
    : placeTimeInZone(clock.local, clock.precision, zone, 'postal_code');
}

function placeOf(event: WireEvent): ReportedPlace | null {
  const { city_locality: city, state_province: region, postal_code: postalCode } = event;
  const country = isCountryCode(event.country_code ?? '') ? event.country_code : undefined;
  if ((city ?? region ?? postalCode ?? country) === undefined) return null;
  return {
    city: city ?? null,
    region: region ?? null,
    postalCode: postalCode ?? null,
    country: country ?? null,
    facility: null,
  };
}
