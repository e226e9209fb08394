import {
  type CarrierReport,
  EMPTY_SNAPSHOT,
  NO_TIME,
  type ParseOutcome,
  type Payload,
  parseJsonOrNull,
  placeTimeFromIso,
  type ReportedFact,
  type ReportedPlace,
  requestedNumber,
} from 'waybill/adapter';
import { numbers, PATTERN } from './numbers.ts';
import {
  EVENTS_MAX,
  type ParcelAnswer,
  parcelAnswer,
  type WireEvent,
  type WirePlace,
} from './schema.ts';

/** Changes only together with what an identity is made of: a new one makes every fact a new fact. */
const IDENTITY_VERSION = 'pigeon-post-1';

type Failure = Exclude<ParseOutcome['outcome'], 'reports' | 'unreadable'>;

/** The carrier's own words for what went wrong. */
const FAILURES: ReadonlyMap<string, Failure> = new Map([
  ['NUMBER_UNKNOWN', 'not_found'],
  ['NOT_SCANNED', 'not_yet'],
  ['NOT_AUTHORISED', 'auth_error'],
  ['TOO_MANY_CALLS', 'rate_limited'],
  ['UNAVAILABLE', 'error'],
]);

/** A pull's answer and a push alike: one parcel, or why there is none. */
export function parse(payload: Payload): ParseOutcome {
  const { text, httpStatus } = payload;
  const read = parcelAnswer.safeParse(parseJsonOrNull(text)?.value);
  if (!read.success) return byStatus(httpStatus) ?? unreadable('no JSON object');
  const { data } = read;
  const number = numbers.normalize(data.number ?? '');
  const trackingNumbers = PATTERN.test(number) ? [number] : [];
  const about = data.number === undefined ? requestedNumber(payload) : trackingNumbers[0];
  const code = data.error?.code ?? '';
  const failure = FAILURES.get(code);
  if (failure !== undefined) {
    return { outcome: failure, reason: `Pigeon Post error ${code}`, trackingNumbers };
  }
  if (data.events === undefined || about === undefined) {
    return byStatus(httpStatus) ?? unreadable('neither a parcel nor a known error');
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
    if (fact === null) warnings.push(`events[${index}]: no code`);
    return fact === null ? [] : [fact];
  });
  if (events.length > EVENTS_MAX) warnings.push(`more than ${EVENTS_MAX} events`);
  if (facts.length === 0) {
    return { outcome: 'not_yet', reason: 'a parcel without events', trackingNumbers: [number] };
  }
  const day = placeTimeFromIso(answer.expected ?? '');
  const report: CarrierReport = {
    trackingNumber: number,
    aliases: [],
    carrierPieceId: null,
    asOf: null,
    fullHistory: warnings.length === 0,
    facts,
    snapshot: {
      ...EMPTY_SNAPSHOT,
      estimatedDelivery:
        day?.precision === 'date' && day.local !== null
          ? { date: day.local, from: null, to: null }
          : null,
      serviceLevel: answer.service ?? null,
      weightG: weightOf(answer.weight_g),
      origin: placeOf(answer.from),
      destination: placeOf(answer.to),
    },
    links: [],
  };
  return { outcome: 'reports', reports: [report], misses: [], warnings };
}

function factOf({ code, text, at, place }: WireEvent): ReportedFact | null {
  if (code === undefined) return null;
  const time = placeTimeFromIso(at ?? '') ?? NO_TIME;
  return {
    codes: { event: code },
    identity: [IDENTITY_VERSION, code, time.local ?? ''],
    time,
    place: placeOf(place),
    text: text ?? null,
    piece: null,
    logical: false,
  };
}

function placeOf(place: WirePlace): ReportedPlace | null {
  if (place === undefined) return null;
  const { city = null, postal_code: postalCode = null, country } = place;
  const isCountry = country !== undefined && /^[A-Z]{2}$/.test(country);
  return { city, region: null, postalCode, country: isCountry ? country : null, facility: null };
}

/** Heavier than a thousand tonnes is a slip. */
const WEIGHT_G_MAX = 1e9;

function weightOf(grams: number | undefined): number | null {
  return grams !== undefined && grams > 0 && grams < WEIGHT_G_MAX ? Math.round(grams) : null;
}

/** What a status alone says, where the body is a gateway's or nothing at all. */
function byStatus(status: number | undefined): ParseOutcome | null {
  if (status === undefined || status < 400) return null;
  const outcome: Failure =
    status === 401 || status === 403 ? 'auth_error' : status === 429 ? 'rate_limited' : 'error';
  return { outcome, reason: `HTTP ${status} without a readable body`, trackingNumbers: [] };
}

function unreadable(found: string): ParseOutcome {
  return {
    outcome: 'unreadable',
    reason: `found ${found}; expected an object with number and events, or with error`,
    trackingNumbers: [],
  };
}
