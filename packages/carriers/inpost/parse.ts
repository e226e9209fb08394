import {
  EMPTY_SNAPSHOT,
  failureOfStatus,
  NO_TIME,
  type ParseOutcome,
  type Payload,
  parseJsonOrNull,
  placeTimeFromIso,
  type ReportedFact,
  readFacts,
  requestedNumber,
} from 'waybill/adapter';
import { numbers, PATTERN } from './numbers.ts';
import { DETAILS_MAX, type TrackingAnswer, trackingAnswer, type WireDetail } from './schema.ts';

/**
 * The version of the identity. Change it only together with the parts of an identity: a new version
 * makes every fact a new fact.
 */
const IDENTITY_VERSION = 'inpost-1';

/** Reads an answer of the tracking resource: one parcel, or why there is none. */
export function parse(payload: Payload): ParseOutcome {
  const read = trackingAnswer.safeParse(parseJsonOrNull(payload.text)?.value);
  const answer = read.success ? read.data : null;
  if (answer?.error === 'resource_not_found') {
    return { outcome: 'not_found', reason: 'InPost error resource_not_found', trackingNumbers: [] };
  }
  const number = answer === null ? undefined : numberOf(answer, payload);
  if (answer?.tracking_details === undefined || number === undefined) {
    return (
      failureOfStatus(payload.httpStatus) ?? {
        outcome: 'unreadable',
        reason: 'expected a tracking_number with tracking_details, or an error',
        trackingNumbers: [],
      }
    );
  }
  return readParcel(number, answer, answer.tracking_details);
}

function numberOf(answer: TrackingAnswer, payload: Payload): string | undefined {
  if (answer.tracking_number === undefined) return requestedNumber(payload);
  const number = numbers.normalize(answer.tracking_number);
  return PATTERN.test(number) ? number : undefined;
}

function readParcel(
  number: string,
  { status, updated_at: updatedAt = '', service }: TrackingAnswer,
  details: readonly (WireDetail | null)[],
): ParseOutcome {
  const { facts, warnings } = readFacts(details, DETAILS_MAX, 'tracking_details', factOf);
  if (facts.length === 0 && status === undefined) {
    return { outcome: 'not_yet', reason: 'a parcel without a status', trackingNumbers: [number] };
  }
  const time = placeTimeFromIso(updatedAt) ?? NO_TIME;
  const report = {
    trackingNumber: number,
    aliases: [],
    carrierPieceId: null,
    asOf: null,
    fullHistory: warnings.length === 0 && facts.length > 0,
    facts,
    snapshot: {
      ...EMPTY_SNAPSHOT,
      summary: status === undefined ? null : { codes: { status }, time },
      serviceLevel: service ?? null,
    },
    links: [],
  };
  return { outcome: 'reports', reports: [report], misses: [], warnings };
}

function factOf({ status, agency: facility, datetime }: WireDetail): ReportedFact | null {
  if (status === undefined) return null;
  const time = placeTimeFromIso(datetime ?? '') ?? NO_TIME;
  return {
    codes: { status },
    identity: [IDENTITY_VERSION, status, time.local ?? ''],
    time,
    place:
      facility === undefined
        ? null
        : { city: null, region: null, postalCode: null, country: null, facility },
    text: null,
    piece: null,
    logical: false,
  };
}
