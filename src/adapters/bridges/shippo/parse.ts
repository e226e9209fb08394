import {
  estimateOfMidnight,
  failureOfStatus,
  isCountryCode,
  NO_TIME,
  type ParseOutcome,
  type Payload,
  type PlaceTime,
  parcelsOutcome,
  parseJsonOrNull,
  placeTimeFromIso,
  placeTimeInZone,
  type ReportedFact,
  type ReportedPlace,
  readFacts,
  requestedNumber,
} from '../../sdk.ts';
import { numbers } from './numbers.ts';
import {
  EVENTS_MAX,
  type Track,
  trackDocument,
  type WireEvent,
  type WireLocation,
} from './schema.ts';

/**
 * The version of the identity. Change it only together with the parts of an identity: a new version
 * makes every fact a new fact.
 */
const IDENTITY_VERSION = 'shippo-1';
const UNKNOWN = 'UNKNOWN';

/** Reads a parcel, a push, or an error. */
export function parse(payload: Payload): ParseOutcome {
  const failure = failureOf(payload.httpStatus);
  if (failure !== null) return failure;
  const { data: document } = trackDocument.safeParse(parseJsonOrNull(payload.text)?.value);
  if (document?.event !== undefined && document.event !== 'track_updated') {
    return { outcome: 'not_yet', reason: 'a push about no parcel', trackingNumbers: [] };
  }
  const track = document?.data ?? document;
  if (track?.carrier === undefined) {
    const reason = 'expected a parcel with its carrier, or a push';
    return { outcome: 'unreadable', reason, trackingNumbers: [] };
  }
  return parcelsOutcome([track], 1, ({ tracking_number: number, carrier }) => ({
    trackingNumber:
      number === undefined ? requestedNumber(payload) : numbers.normalize(number) || undefined,
    carrier,
    asOf: null,
    ...readFacts(eventsOf(track), EVENTS_MAX, 'tracking_history', factOf),
    snapshot: {
      estimatedDelivery: estimateOfMidnight(track.eta),
      serviceLevel: track.servicelevel?.name ?? track.servicelevel?.token ?? null,
      origin: placeOf(track.address_from),
      destination: placeOf(track.address_to),
    },
  }));
}

/**
 * The failure that a status means; null: there is none. The service documents no body of an error;
 * these statuses are about the number or its carrier.
 */
function failureOf(status: number | undefined): ParseOutcome | null {
  return status === 400 || status === 404 || status === 422
    ? { outcome: 'not_found', reason: `Shippo answered ${status}`, trackingNumbers: [] }
    : failureOfStatus(status);
}

/** The history, or else the current status, unless the carrier does not know the parcel. */
function eventsOf({ tracking_history: history = [], tracking_status: current }: Track) {
  return history.length === 0 && current?.status !== undefined && current.status !== UNKNOWN
    ? [current]
    : history;
}

function factOf(event: WireEvent): ReportedFact | null {
  const { status, substatus, status_date, status_details } = event;
  if (status === undefined) return null;
  const code = substatus?.code;
  const time = timeOf(status_date ?? '');
  return {
    codes: { status, ...(code !== undefined && { substatus: code }) },
    identity: [IDENTITY_VERSION, code ?? status, time.local ?? ''],
    time,
    place: placeOf(event.location),
    text: status_details ?? null,
    piece: null,
    logical: false,
  };
}

/** Times are "displayed in UTC", some of them without a `Z`. */
function timeOf(text: string): PlaceTime {
  const time = placeTimeFromIso(text) ?? NO_TIME;
  return time.offsetMin === null && time.local !== null && time.precision !== 'date'
    ? placeTimeInZone(time.local, time.precision, 'UTC', 'carrier_policy')
    : time;
}

function placeOf(location: WireLocation): ReportedPlace | null {
  const { city, state, zip, country: given = '' } = location ?? {};
  const country = isCountryCode(given) ? given : undefined;
  if ((city ?? state ?? zip ?? country) === undefined) return null;
  return {
    city: city ?? null,
    region: state ?? null,
    postalCode: zip ?? null,
    country: country ?? null,
    facility: null,
  };
}
