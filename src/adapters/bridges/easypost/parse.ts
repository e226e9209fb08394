import {
  type BridgeReading,
  failureOfStatus,
  isCountryCode,
  NO_TIME,
  type ParseOutcome,
  type Payload,
  parcelsOutcome,
  parseJsonOrNull,
  placeTimeFromIso,
  type ReportedEstimate,
  type ReportedFact,
  type ReportedPlace,
  readFacts,
  requestedNumber,
} from '../../sdk.ts';
import { numbers } from './numbers.ts';
import {
  EVENTS_MAX,
  type Location,
  TRACKERS_MAX,
  type Tracker,
  type TrackingDetail,
  trackerDocument,
} from './schema.ts';

/**
 * The version of the identity. Change it only together with the parts of an identity: a new version
 * makes every fact a new fact.
 */
const IDENTITY_VERSION = 'easypost-1';

/** Reads a tracker, a list of trackers, a webhook's event, or an error. */
export function parse(payload: Payload): ParseOutcome {
  const read = trackerDocument.safeParse(parseJsonOrNull(payload.text)?.value);
  const document = read.success ? read.data : undefined;
  const failure = failureOf(document?.error?.code, payload.httpStatus);
  if (failure !== null) return failure;
  if (document?.trackers !== undefined) {
    return parcelsOutcome(document.trackers, TRACKERS_MAX, (tracker) => readTracker(tracker));
  }
  if (document?.object === 'Event') {
    return document.result?.object === 'Tracker'
      ? parcelsOutcome([document.result], 1, (tracker) => readTracker(tracker))
      : { outcome: 'not_yet', reason: 'an event about no tracker', trackingNumbers: [] };
  }
  if (document?.object !== 'Tracker') {
    const reason = 'expected a Tracker, trackers, an Event or an error';
    return { outcome: 'unreadable', reason, trackingNumbers: [] };
  }
  return parcelsOutcome([document], 1, (tracker) => readTracker(tracker, requestedNumber(payload)));
}

/** The failure in an error document or a status; null: there is none. */
function failureOf(code: string | undefined, status: number | undefined): ParseOutcome | null {
  const reason = `EasyPost error ${/^[\w.]{1,60}$/.test(code ?? '') ? code : 'of an odd code'}`;
  if (status === 404 || code === 'NOT_FOUND') {
    return { outcome: 'not_found', reason, trackingNumbers: [] };
  }
  const byStatus = failureOfStatus(status);
  if (code === undefined || byStatus?.outcome === 'auth_error') return byStatus;
  return byStatus?.outcome === 'rate_limited'
    ? byStatus
    : { outcome: 'error', reason, trackingNumbers: [] };
}

function readTracker(tracker: Tracker, requested?: string): BridgeReading {
  const { tracking_code: code, carrier, carrier_detail: detail, weight = 0 } = tracker;
  const { facts, warnings } = readFacts(
    tracker.tracking_details,
    EVENTS_MAX,
    'tracking_details',
    factOf,
  );
  const weightG = Math.round(weight * GRAMS_PER_OUNCE);
  return {
    trackingNumber: code === undefined ? requested : numbers.normalize(code) || undefined,
    carrier,
    asOf: placeTimeFromIso(tracker.updated_at ?? ''),
    facts,
    warnings,
    snapshot: {
      estimatedDelivery: estimateOf(tracker),
      serviceLevel: detail?.service ?? null,
      weightG: weightG > 0 && weightG < WEIGHT_G_MAX ? weightG : null,
      origin: placeOf(detail?.origin_tracking_location),
      destination: placeOf(detail?.destination_tracking_location),
    },
  };
}

const GRAMS_PER_OUNCE = 28.349_523_125;
/** Heavier than any parcel; such a weight is a mistake. */
const WEIGHT_G_MAX = 1e9;

function factOf(detail: TrackingDetail): ReportedFact | null {
  const { status, status_detail, carrier_code, message, description } = detail;
  if (status === undefined) return null;
  const time = placeTimeFromIso(timestampOf(detail)) ?? NO_TIME;
  return {
    codes: {
      status,
      ...(status_detail !== undefined && { status_detail }),
      ...(carrier_code !== undefined && { carrier_code }),
    },
    identity: [IDENTITY_VERSION, status, status_detail ?? '', time.local ?? ''],
    time,
    place: placeOf(detail.tracking_location),
    text: message ?? description ?? null,
    piece: null,
    logical: false,
  };
}

/**
 * The time of an event. "When location information is incomplete, timestamps default to UTC"
 * (docs.easypost.com/docs/trackers): then `Z` only stands for an unknown zone, and is cut off.
 */
function timestampOf({ datetime = '', tracking_location: place }: TrackingDetail): string {
  const { city, state, country, zip } = place ?? {};
  const isComplete = zip !== undefined || (city !== undefined && (state ?? country) !== undefined);
  return isComplete ? datetime : datetime.replace(/Z$/i, '');
}

function placeOf(place: Location): ReportedPlace | null {
  const { city = null, state = null, country = '', zip = null } = place ?? {};
  if (city === null && state === null && country === '' && zip === null) return null;
  return {
    city,
    region: state,
    postalCode: zip,
    country: isCountryCode(country) ? country : null,
    facility: null,
  };
}

/**
 * Reads the day of delivery at the destination. `est_delivery_date` is in UTC; only its midnights,
 * which stand for a day, are the same day everywhere.
 */
function estimateOf({ carrier_detail, est_delivery_date }: Tracker): ReportedEstimate | null {
  const local = carrier_detail?.est_delivery_date_local ?? '';
  const day = local === '' ? MIDNIGHT.exec(est_delivery_date ?? '')?.[1] : local;
  const time = placeTimeFromIso(day ?? '');
  return time?.precision === 'date' && time.local !== null
    ? { date: time.local, from: null, to: null }
    : null;
}

const MIDNIGHT = /^(\d{4}-\d{2}-\d{2})T00:00:00(?:\.0+)?Z$/;
