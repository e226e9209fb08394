import {
  type CarrierReport,
  EMPTY_SNAPSHOT,
  failureOfStatus,
  NO_TIME,
  type ParseOutcome,
  type Payload,
  type PlaceTime,
  placeTimeInZone,
  type ReportedFact,
  type ReportedPlace,
  readFacts,
  requestedNumber,
} from 'waybill/adapter';
import { failureOf } from './errors.ts';
import { numbers, PATTERN } from './numbers.ts';
import {
  EVENTS_MAX,
  PACKAGES_MAX,
  readResponse,
  type WireEvent,
  type WirePackage,
} from './schema.ts';

/**
 * The version of the identity. Change it only together with the parts of an identity: a new version
 * makes every fact a new fact.
 */
const IDENTITY_VERSION = 'landmark-global-1';
/** The zone of all times, wherever the event happened. */
const ZONE = 'America/Chicago';

/** Reads an answer of the Track API: the packages of a shipment, or why there are none. */
export function parse(payload: Payload): ParseOutcome {
  const response = readResponse(payload.text);
  const packages = response?.Result?.Packages?.Package ?? [];
  const warnings: string[] = [];
  const reports: CarrierReport[] = [];
  const waiting: string[] = [];
  packages.slice(0, PACKAGES_MAX).forEach((each, index) => {
    const own = each === null ? [] : ownNumbers(each);
    const number = own[0] ?? (isUnnumbered(each, packages) ? requestedNumber(payload) : undefined);
    if (each === null || number === undefined) {
      warnings.push(`Package[${index}]: no number of Landmark`);
      return;
    }
    const member = `Package[${index}].Event`;
    const read = readFacts(each.Events?.Event ?? [], EVENTS_MAX, member, factOf);
    warnings.push(...read.warnings);
    if (read.facts.length === 0) waiting.push(number);
    else reports.push(reportOf([number, ...own.slice(1)], each, read.facts));
  });
  if (packages.length > PACKAGES_MAX) warnings.push(`more than ${PACKAGES_MAX} packages`);
  const reason = 'a package without events';
  if (reports.length > 0) {
    const misses = waiting.map((trackingNumber) => {
      return { trackingNumber, outcome: 'not_yet', reason } as const;
    });
    return { outcome: 'reports', reports, misses, warnings };
  }
  if (waiting.length > 0) return { outcome: 'not_yet', reason, trackingNumbers: waiting };
  return (
    failureOf(response?.Errors?.Error ?? []) ??
    failureOfStatus(payload.httpStatus) ?? {
      outcome: 'unreadable',
      reason: 'expected a TrackResponse with a Package, or with Errors',
      trackingNumbers: [],
    }
  );
}

/** A package's numbers that are Landmark's, `LandmarkTrackingNumber` first. */
function ownNumbers({ LandmarkTrackingNumber, TrackingNumber }: WirePackage): readonly string[] {
  const given = [LandmarkTrackingNumber, TrackingNumber].map((number = '') =>
    numbers.normalize(number),
  );
  return [...new Set(given.filter((number) => PATTERN.test(number)))];
}

/** Whether it is the only package and has no Landmark number: then it is the requested one. */
function isUnnumbered(one: WirePackage | null, packages: readonly (WirePackage | null)[]): boolean {
  const hasNone = (each: WirePackage | null) =>
    each !== null && each.LandmarkTrackingNumber === undefined;
  return hasNone(one) && packages.length === 1;
}

function reportOf(
  [trackingNumber = '', ...aliases]: readonly string[],
  { TrackingNumber = '' }: WirePackage,
  facts: readonly ReportedFact[],
): CarrierReport {
  const partner = numbers.normalize(TrackingNumber);
  const isPartner = partner !== '' && !PATTERN.test(partner) && partner !== trackingNumber;
  return {
    trackingNumber,
    aliases,
    carrierPieceId: null,
    asOf: null,
    fullHistory: true,
    facts,
    snapshot: EMPTY_SNAPSHOT,
    links: isPartner ? [{ kind: 'partner_leg', trackingNumber: partner, carrier: null }] : [],
  };
}

function factOf({ EventCode, Status, DateTime, Location }: WireEvent): ReportedFact | null {
  if (EventCode === undefined) return null;
  const time = timeOf(DateTime);
  return {
    codes: { event: EventCode },
    identity: [IDENTITY_VERSION, EventCode, time.local ?? ''],
    time,
    place: Location === undefined ? null : placeOf(Location),
    text: Status ?? null,
    piece: null,
    logical: false,
  };
}

const US_STYLE = /^(\d{2})\/(\d{2})\/(\d{4}) (\d{2}):(\d{2}) (AM|PM)$/;

/** A time in one of the two formats: the documented one, or that of the demo account. */
function timeOf(text = ''): PlaceTime {
  const [, month, day, year, hour12, minute, half] = US_STYLE.exec(text) ?? [];
  if (hour12 === undefined) {
    return placeTimeInZone(text.replace(' ', 'T'), 'second', ZONE, 'carrier_policy');
  }
  const hour = (Number(hour12) % 12) + (half === 'PM' ? 12 : 0);
  const local = `${year}-${month}-${day}T${String(hour).padStart(2, '0')}:${minute}`;
  return Number(hour12) > 12 ? NO_TIME : placeTimeInZone(local, 'minute', ZONE, 'carrier_policy');
}

/**
 * `Toronto, ON, CA`. Of two parts the second is a region or a country: `Windsor, ON`, `Lyon, FR`.
 * These cannot be distinguished, so the text is not split.
 */
function placeOf(location: string): ReportedPlace {
  const [city = '', region = '', country = '', ...rest] = location.split(', ');
  const isWhole = rest.length === 0 && /^[A-Z]{2}$/.test(country);
  return {
    city: isWhole ? city : location,
    region: isWhole ? region : null,
    postalCode: null,
    country: isWhole ? country : null,
    facility: null,
  };
}
