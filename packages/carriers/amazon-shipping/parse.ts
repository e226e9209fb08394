import {
  EMPTY_SNAPSHOT,
  failureOfStatus,
  NO_TIME,
  type ParseOutcome,
  type Payload,
  parseJsonOrNull,
  placeTimeFromIso,
  type ReportedFact,
  type ReportedLink,
  type ReportedPlace,
  readFacts,
  requestedNumber,
} from 'waybill/adapter';
import { numbers, PATTERN } from './numbers.ts';
import { EVENTS_MAX, type TrackingResult, trackingAnswer, type WireEvent } from './schema.ts';

/**
 * The version of the identity. Change it only together with the parts of an identity: a new version
 * makes every fact a new fact.
 */
const IDENTITY_VERSION = 'amazon-shipping-1';

type Failure = Exclude<ParseOutcome['outcome'], 'reports' | 'unreadable'>;

/** The documented error codes. The HTTP status says what any other code means. */
const FAILURES: ReadonlyMap<string, Failure> = new Map([
  ['NotFound', 'not_found'],
  ['Unauthorized', 'auth_error'],
  ['TooManyRequests', 'rate_limited'],
  ['InvalidRequest', 'error'],
  ['InternalError', 'error'],
  ['ServiceUnavailable', 'error'],
]);

/** Reads an answer of getTracking: one parcel, or why there is none. */
export function parse(payload: Payload): ParseOutcome {
  const read = trackingAnswer.safeParse(parseJsonOrNull(payload.text)?.value);
  const answer = read.success ? read.data : null;
  const code = answer?.errors?.find((error) => error?.code !== undefined)?.code;
  if (code !== undefined) return failureOfCode(code, payload.httpStatus);
  const result = answer?.payload ?? answer;
  const number = result === null ? undefined : numberOf(result, payload);
  if (result?.eventHistory === undefined || number === undefined) {
    return (
      failureOfStatus(payload.httpStatus) ?? {
        outcome: 'unreadable',
        reason: 'expected a trackingId with eventHistory, or errors',
        trackingNumbers: [],
      }
    );
  }
  return readParcel(number, result, result.eventHistory);
}

function failureOfCode(code: string, httpStatus: number | undefined): ParseOutcome {
  const reason = `Amazon Shipping error ${code}`;
  const failure = failureOfStatus(httpStatus);
  const byStatus = failure === null || failure.outcome === 'reports' ? 'error' : failure.outcome;
  return { outcome: FAILURES.get(code) ?? byStatus, reason, trackingNumbers: [] };
}

function numberOf({ trackingId }: TrackingResult, payload: Payload): string | undefined {
  if (trackingId === undefined) return requestedNumber(payload);
  const number = numbers.normalize(trackingId);
  return PATTERN.test(number) ? number : undefined;
}

function readParcel(
  number: string,
  result: TrackingResult,
  events: readonly (WireEvent | null)[],
): ParseOutcome {
  const { facts, warnings } = readFacts(events, EVENTS_MAX, 'eventHistory', factOf);
  if (facts.length === 0) {
    return { outcome: 'not_yet', reason: 'a parcel without events', trackingNumbers: [number] };
  }
  const report = {
    trackingNumber: number,
    aliases: [],
    carrierPieceId: null,
    asOf: null,
    fullHistory: warnings.length === 0,
    facts,
    snapshot: EMPTY_SNAPSHOT,
    links: linksOf(number, result.alternateLegTrackingId),
  };
  return { outcome: 'reports', reports: [report], misses: [], warnings };
}

function factOf({ eventCode: code, eventTime, shipmentType, location }: WireEvent) {
  if (code === undefined) return null;
  const time = placeTimeFromIso(eventTime ?? '') ?? NO_TIME;
  const fact: ReportedFact = {
    // The delivery of a return has the same code; only `shipmentType` distinguishes it.
    codes: { event: code, ...(shipmentType === 'RETURNS' ? { leg: shipmentType } : {}) },
    identity: [IDENTITY_VERSION, code, time.local ?? ''],
    time,
    place: placeOf(location),
    text: null,
    piece: null,
    logical: false,
  };
  return fact;
}

function placeOf(location: WireEvent['location']): ReportedPlace | null {
  if (location === undefined) return null;
  const { city = null, stateOrRegion: region = null, postalCode = null } = location;
  const country = location.countryCode?.toUpperCase() ?? '';
  const isCountry = /^[A-Z]{2}$/.test(country);
  return { city, region, postalCode, country: isCountry ? country : null, facility: null };
}

/** The number of the return: "the carrier generated reverse identifier". */
function linksOf(number: string, alternate: string | undefined): readonly ReportedLink[] {
  const other = numbers.normalize(alternate ?? '');
  if (other === 'NULL' || other === number || !PATTERN.test(other)) return [];
  return [{ kind: 'return', trackingNumber: other, carrier: 'amazon-shipping' }];
}
