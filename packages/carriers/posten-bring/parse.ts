import {
  type CarrierReport,
  EMPTY_SNAPSHOT,
  failureOfStatus,
  NO_TIME,
  type ParseOutcome,
  type Payload,
  parseJsonOrNull,
  placeTimeFromIso,
  type ReportedFact,
  type ReportedPlace,
  readFacts,
  requestedNumber,
} from 'waybill/adapter';
import { numbers, PATTERN } from './numbers.ts';
import {
  EVENTS_MAX,
  PACKAGES_MAX,
  trackingAnswer,
  type WireEvent,
  type WirePackage,
} from './schema.ts';

/**
 * The version of the identity. Change it only together with the parts of an identity: a new version
 * makes every fact a new fact.
 */
const IDENTITY_VERSION = 'posten-bring-1';
const G_PER_KG = 1_000;

/** Reads an answer of the Tracking API: the packages of a shipment, or why there are none. */
export function parse(payload: Payload): ParseOutcome {
  const read = trackingAnswer.safeParse(parseJsonOrNull(payload.text)?.value);
  const consignments = (read.success ? read.data.consignmentSet : undefined) ?? [];
  const packages = consignments.flatMap((each) => {
    const set = each?.packageSet ?? [];
    const id = set.length === 1 ? each?.consignmentId : undefined;
    return set.map((one) => ({ one, shipment: id === undefined ? null : idOf(id) }));
  });
  const warnings: string[] = [];
  const reports: CarrierReport[] = [];
  const waiting: string[] = [];
  packages.slice(0, PACKAGES_MAX).forEach(({ one, shipment }, index) => {
    const asked = packages.length === 1 ? requestedNumber(payload) : undefined;
    const number = one?.packageNumber ? idOf(one.packageNumber) : asked;
    if (one === null || number === null || number === undefined) {
      warnings.push(`packageSet[${index}]: no packageNumber`);
      return;
    }
    const member = `packageSet[${index}].eventSet`;
    const events = readFacts(one.eventSet ?? [], EVENTS_MAX, member, factOf);
    warnings.push(...events.warnings);
    if (events.facts.length === 0) waiting.push(number);
    else reports.push(reportOf(number, shipment, one, events.facts));
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
  if (consignments.some((each) => each?.error?.code === NOT_FOUND)) {
    return { outcome: 'not_found', reason: 'Bring error 404', trackingNumbers: [] };
  }
  return (
    failureOfStatus(payload.httpStatus) ?? {
      outcome: 'unreadable',
      reason: 'expected a consignmentSet with a packageSet',
      trackingNumbers: [],
    }
  );
}

const NOT_FOUND = '404';

function idOf(text: string): string | null {
  const number = numbers.normalize(text);
  return PATTERN.test(number) ? number : null;
}

/** `shipment`: the shipment's number if it has one package only; then it is an alias. */
function reportOf(
  trackingNumber: string,
  shipment: string | null,
  { productName, weightInKgs }: WirePackage,
  facts: readonly ReportedFact[],
): CarrierReport {
  const isAlias = shipment !== null && shipment !== trackingNumber;
  return {
    trackingNumber,
    aliases: isAlias ? [shipment] : [],
    carrierPieceId: null,
    asOf: null,
    fullHistory: true,
    facts,
    snapshot: {
      ...EMPTY_SNAPSHOT,
      serviceLevel: productName ?? null,
      weightG:
        weightInKgs === undefined || weightInKgs <= 0 ? null : Math.round(weightInKgs * G_PER_KG),
    },
    links: [],
  };
}

function factOf({ status, description, dateIso, ...place }: WireEvent): ReportedFact | null {
  if (status === undefined) return null;
  const time = placeTimeFromIso(dateIso ?? '') ?? NO_TIME;
  return {
    codes: { status },
    identity: [IDENTITY_VERSION, status, time.local ?? ''],
    time,
    place: placeOf(place),
    text: description ?? null,
    piece: null,
    logical: false,
  };
}

function placeOf(
  event: Pick<WireEvent, 'unitId' | 'postalCode' | 'city' | 'countryCode'>,
): ReportedPlace | null {
  const { unitId, postalCode, city, countryCode = '' } = event;
  const country = /^[A-Z]{2}$/.test(countryCode) ? countryCode : null;
  if (unitId === undefined && postalCode === undefined && city === undefined && country === null) {
    return null;
  }
  return {
    city: city ?? null,
    region: null,
    postalCode: postalCode ?? null,
    country,
    facility: unitId ?? null,
  };
}
