import { xmlOrNull } from '../../kernel/wire/xml.ts';
import {
  type CarrierReport,
  countryOfName,
  EMPTY_SNAPSHOT,
  NO_TIME,
  type ParseOutcome,
  type Payload,
  type PlaceTime,
  placeTimeInZone,
  placeTimeWithOffset,
  placeTimeWithoutZone,
  type ReportedEstimate,
  type ReportedFact,
  type ReportedPlace,
  requestedNumber,
  zoneOfPlace,
} from '../sdk.ts';
import { type Failure, failureOfMessages, failureOfStatus, THROTTLED_S } from './errors.ts';
import { numbers, PIN } from './numbers.ts';
import { EVENTS_MAX, type Occurrence, readDetail, type TrackingDetail } from './schema.ts';

/**
 * The version of the identity. Change it only together with the parts of an identity: a new version
 * makes every fact a new fact.
 */
const IDENTITY_VERSION = 'canada-post-1';

/** Reads an answer of Get Tracking Details: one parcel, or why there is none. */
export function parse(payload: Payload): ParseOutcome {
  const { text, httpStatus } = payload;
  const root = xmlOrNull(text);
  const failure = failureOfMessages(root);
  if (failure !== null) return failed(failure);
  const detail = readDetail(root);
  const pin = pinOf(detail, requestedNumber(payload));
  if (detail === null || pin === null) {
    const byStatus = failureOfStatus(httpStatus);
    return byStatus === null ? unreadable(root?.name ?? null) : failed(byStatus);
  }
  return readParcel(pin, detail);
}

/** Returns the document's PIN, or the requested one if it has none; null if it is not a PIN. */
function pinOf(detail: TrackingDetail | null, requested: string | undefined): string | null {
  if (detail?.pin === undefined) return requested ?? null;
  const pin = numbers.normalize(detail.pin);
  return PIN.test(pin) ? pin : null;
}

function readParcel(pin: string, detail: TrackingDetail): ParseOutcome {
  const warnings: string[] = [];
  const events = detail['significant-events']?.occurrence ?? [];
  const facts = events.slice(0, EVENTS_MAX).flatMap((event, index) => {
    const fact = event === null ? null : factOf(event);
    if (fact === null) warnings.push(`occurrence[${index}]: no event-identifier`);
    return fact === null ? [] : [fact];
  });
  if (events.length > EVENTS_MAX) warnings.push(`more than ${EVENTS_MAX} events`);
  if (facts.length === 0) {
    return { outcome: 'not_yet', reason: 'a parcel without events', trackingNumbers: [pin] };
  }
  const report: CarrierReport = {
    trackingNumber: pin,
    aliases: [],
    carrierPieceId: null,
    asOf: null,
    fullHistory: warnings.length === 0 && detail['active-exists'] === '1',
    facts,
    snapshot: {
      ...EMPTY_SNAPSHOT,
      estimatedDelivery: estimateOf(detail),
      serviceLevel: detail['service-name'] ?? null,
      destination: destinationOf(detail['destination-postal-id']),
      proofs: detail['signature-image-exists'] === 'true' ? ['signature'] : [],
    },
    links: [],
  };
  return { outcome: 'reports', reports: [report], misses: [], warnings };
}

function factOf(event: Occurrence): ReportedFact | null {
  const code = canonical(event['event-identifier'] ?? '');
  if (code === '') return null;
  const text = event['event-description'] ?? null;
  const place = eventPlace(event);
  const time = eventTime(event, place);
  return {
    codes: { event: code, ...(isTowardsSender(text ?? '') ? { turn: 'to_sender' } : {}) },
    identity: [IDENTITY_VERSION, code, time.local ?? ''],
    time,
    place,
    text,
    piece: null,
    logical: false,
  };
}

/**
 * The code without leading zeros if it is a number: the table of codes has 174 where answers have
 * 0174, and both have 20.
 */
function canonical(code: string): string {
  return /^0{1,8}[1-9]\d*$/.test(code) ? code.replace(/^0+/, '') : code;
}

/**
 * Words about a return to the sender. Scans of a return have the codes of the outward way, and a
 * hand-over to the sender is a delivery; only these words show the difference (README.md,
 * "Returns").
 */
const SENDER = /\bto (?:the )?sender(?![\p{L}\d])|\bexpéditeur(?![\p{L}\d])/iu;
const GOING_BACK =
  /(?<!\bwill be )\b(?:return(?:ed|ing)?|renvoyé|retourné|renvoyer)(?![\p{L}\d])/iu;
/** Words at most this far apart belong to one phrase. */
const PHRASE_CHARS = 60;

/** Whether a text is about the way back to the sender. */
function isTowardsSender(text: string): boolean {
  const sender = SENDER.exec(text);
  if (sender === null) return false;
  const { index } = sender;
  return GOING_BACK.test(text.slice(Math.max(0, index - PHRASE_CHARS), index));
}

/** Reads the estimated delivery. A changed date takes precedence over the promised one. */
function estimateOf(detail: TrackingDetail): ReportedEstimate | null {
  for (const day of [detail['changed-expected-date'], detail['expected-delivery-date']]) {
    const { local, precision } = placeTimeWithoutZone(day ?? '', 'date');
    if (local !== null && precision === 'date') return { date: local, from: null, to: null };
  }
  return null;
}

const CANADIAN_POSTAL_CODE = /^[A-Z]\d[A-Z] ?\d[A-Z]\d$/;

/** Reads the destination. Abroad, it is a postal code of a country that is not named. */
function destinationOf(postalId: string | undefined): ReportedPlace | null {
  if (postalId === undefined) return null;
  const country = CANADIAN_POSTAL_CODE.test(postalId) ? 'CA' : null;
  return { city: null, region: null, postalCode: postalId, country, facility: null };
}

function failed({ outcome, reason }: Failure): ParseOutcome {
  return {
    outcome,
    reason,
    trackingNumbers: [],
    ...(outcome === 'rate_limited' ? { retryAfterS: THROTTLED_S } : {}),
  };
}

function unreadable(root: string | null): ParseOutcome {
  const found = root === null ? 'no whole XML document' : `an element ${root.slice(0, 40)}`;
  return {
    outcome: 'unreadable',
    reason: `found ${found}; expected tracking-detail with a pin, or messages`,
    trackingNumbers: [],
  };
}

/**
 * The provinces' codes from Canada Post's own address guidelines, and the two old ones that some
 * systems still write.
 */
const PROVINCES: ReadonlySet<string> = new Set(
  'AB BC MB NB NF NL NS NT NU ON PE PQ QC SK YT'.split(' '),
);

/**
 * Reads an event's place: `SAINTE-FOY` in `QC`, or abroad `ILTLVA,Israel`, with the office before
 * the country.
 */
function eventPlace(event: Occurrence): ReportedPlace | null {
  const site = event['event-site'] ?? '';
  const region = event['event-province']?.toUpperCase() ?? null;
  const facility = event['event-retail-name'] ?? null;
  if (site === '' && region === null && facility === null) return null;
  const comma = site.lastIndexOf(',');
  const abroad = comma < 0 ? null : countryOfName(site.slice(comma + 1));
  const city = (abroad === null ? site : site.slice(0, comma)).trim();
  const isCanadian = region !== null && PROVINCES.has(region);
  return {
    city: city === '' ? null : city,
    region,
    postalCode: null,
    country: isCanadian ? 'CA' : abroad,
    facility,
  };
}

/**
 * Minutes east of UTC by abbreviation. Within Canada, each of these abbreviations means one thing
 * only.
 */
const OFFSETS_MIN: Readonly<Record<string, number>> = {
  NST: -210,
  NDT: -150,
  AST: -240,
  ADT: -180,
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
};

/** Reads an event's time, with the offset of its zone's abbreviation or else the place's zone. */
function eventTime(event: Occurrence, place: ReportedPlace | null): PlaceTime {
  const day = event['event-date'] ?? '';
  const clock = event['event-time'];
  const whole = placeTimeWithoutZone(clock === undefined ? day : `${day}T${clock}`, 'second');
  const time = whole.local === null ? placeTimeWithoutZone(day.slice(0, 10), 'date') : whole;
  if (time.local === null) return NO_TIME;
  const zoneName = event['event-time-zone']?.toUpperCase() ?? '';
  const offsetMin = Object.hasOwn(OFFSETS_MIN, zoneName) ? OFFSETS_MIN[zoneName] : undefined;
  if (offsetMin !== undefined && isInCanada(place)) {
    return placeTimeWithOffset(time.local, time.precision, offsetMin);
  }
  const zone = place === null ? null : zoneOfPlace(place);
  return zone === null ? time : placeTimeInZone(time.local, time.precision, zone, 'postal_code');
}

/** Whether a place is in Canada, as it is assumed to be unless another country is named. */
function isInCanada(place: ReportedPlace | null): boolean {
  return place === null || place.country === null || place.country === 'CA';
}
