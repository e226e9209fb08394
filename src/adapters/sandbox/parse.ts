import { NO_TIME } from '../../kernel/time/place-time.ts';
import { placeTimeFromIso } from '../../kernel/time/zoned-time.ts';
import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import {
  type CarrierReport,
  EMPTY_SNAPSHOT,
  type ParseOutcome,
  type Payload,
  type ReportedEstimate,
  type ReportedFact,
  type ReportedPlace,
  requestedNumber,
} from '../contract/contract.ts';
import { numbers, PATTERN } from './numbers.ts';
import {
  EVENTS_MAX,
  type ParcelAnswer,
  parcelAnswer,
  type WireEvent,
  type WirePlace,
} from './schema.ts';

const IDENTITY_VERSION = 'sandbox-1';
const EXPECTED = 'expected an object with tracking_number and events, or with error';

type Failure = Exclude<ParseOutcome['outcome'], 'reports' | 'unreadable'>;

const FAILURES: Readonly<Record<string, Failure>> = {
  not_found: 'not_found',
  unauthorized: 'auth_error',
  rate_limited: 'rate_limited',
  unavailable: 'error',
};

/**
 * Parses an answer of `GET /v1/parcels/{number}`: one parcel with its whole history, or why there
 * is none.
 */
export function parse(payload: Payload): ParseOutcome {
  const { text, httpStatus } = payload;
  const read = parcelAnswer.safeParse(parseJsonOrNull(text)?.value);
  if (!read.success) return byStatus(httpStatus) ?? unreadable('no JSON object');
  const { data } = read;
  const code = data.error?.code;
  const failure = code === undefined ? undefined : FAILURES[code];
  const number = numbers.normalize(data.tracking_number ?? '');
  const trackingNumbers = PATTERN.test(number) ? [number] : [];
  const about = data.tracking_number === undefined ? requestedNumber(payload) : trackingNumbers[0];
  if (failure !== undefined && Object.hasOwn(FAILURES, code ?? '')) {
    return { outcome: failure, reason: `the sandbox says ${code}`, trackingNumbers };
  }
  if (data.events === undefined || about === undefined) {
    return byStatus(httpStatus) ?? unreadable('neither a parcel nor an error');
  }
  return readParcel(about, data, data.events);
}

function readParcel(
  number: string,
  answer: ParcelAnswer,
  events: readonly (WireEvent | null)[],
): ParseOutcome {
  const warnings: string[] = [];
  const facts = events.slice(0, EVENTS_MAX).flatMap((event, index) => {
    const fact = event === null ? null : factOf(event);
    if (fact === null) warnings.push(`events[${index}]: no status`);
    return fact === null ? [] : [fact];
  });
  if (events.length > EVENTS_MAX) warnings.push(`more than ${EVENTS_MAX} events`);
  if (facts.length === 0) {
    return {
      outcome: 'not_yet',
      reason: 'the parcel is known and has no events',
      trackingNumbers: [number],
    };
  }
  const report: CarrierReport = {
    trackingNumber: number,
    aliases: [],
    carrierPieceId: answer.piece_id ?? null,
    asOf: null,
    fullHistory: events.length <= EVENTS_MAX && warnings.length === 0,
    facts,
    snapshot: {
      ...EMPTY_SNAPSHOT,
      estimatedDelivery: estimateOf(answer.estimated_delivery),
      serviceLevel: answer.service ?? null,
      weightG: weightOf(answer.weight_g),
      origin: placeOf(answer.origin),
      destination: placeOf(answer.destination),
    },
    links: [],
  };
  return { outcome: 'reports', reports: [report], misses: [], warnings };
}

function factOf({ status, at, text, place }: WireEvent): ReportedFact | null {
  if (status === undefined) return null;
  const time = placeTimeFromIso(at ?? '') ?? NO_TIME;
  return {
    codes: { status },
    identity: [IDENTITY_VERSION, status, time.local ?? ''],
    time,
    place: placeOf(place),
    text: text ?? null,
    piece: null,
    logical: false,
  };
}

function placeOf(place: WirePlace): ReportedPlace | null {
  if (place === undefined) return null;
  const { city = null, region = null, postal_code: postalCode = null, country } = place;
  return {
    city,
    region,
    postalCode,
    country: country !== undefined && /^[A-Z]{2}$/.test(country) ? country : null,
    facility: null,
  };
}

function estimateOf(estimate: ParcelAnswer['estimated_delivery']): ReportedEstimate | null {
  const { date, from, to } = estimate ?? {};
  if (date === undefined || placeTimeFromIso(date)?.precision !== 'date') return null;
  const timed = (text: string | undefined) =>
    text !== undefined && placeTimeFromIso(text)?.offsetMin != null ? text : null;
  return { date, from: timed(from), to: timed(to) };
}

function weightOf(grams: number | undefined): number | null {
  return grams !== undefined && grams > 0 && grams < 1e9 ? Math.round(grams) : null;
}

/** The meaning of a status alone, for a body that is not the sandbox's. */
function byStatus(status: number | undefined): ParseOutcome | null {
  if (status === undefined || status < 400) return null;
  const outcome: Failure =
    status === 401 || status === 403 ? 'auth_error' : status === 429 ? 'rate_limited' : 'error';
  return { outcome, reason: `HTTP ${status} with another body`, trackingNumbers: [] };
}

function unreadable(found: string): ParseOutcome {
  return {
    outcome: 'unreadable',
    reason: `found ${found}; ${EXPECTED}`,
    trackingNumbers: [],
  };
}
