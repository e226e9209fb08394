import type {
  CarrierReport,
  NumberMiss,
  ReportedFact,
  ReportedLink,
} from '../contract/contract.ts';
import { missOf } from './errors.ts';
import { type CodeList, codeListOf, codesOrWords, factOf, placeOf } from './facts.ts';
import { numbers } from './numbers.ts';
import { type Activity, EVENTS_MAX, PACKAGES_MAX, type Parcel, type Shipment } from './schema.ts';
import { snapshotOf } from './snapshot.ts';

export interface TrackReading {
  readonly reports: CarrierReport[];
  readonly misses: NumberMiss[];
  /** Warnings of shipments that name no number. They are used only when there is nothing else. */
  readonly nameless: NumberMiss[];
  readonly warnings: string[];
}

/**
 * Reads the shipments of a Track API answer. A call requests one number but returns the packages of
 * its shipment: each is reported under its own number. A single package without a number has the
 * requested one.
 */
export function readShipments(
  shipments: readonly (Shipment | null)[],
  requestedNumber: string | undefined,
): TrackReading {
  const read: TrackReading = { reports: [], misses: [], nameless: [], warnings: [] };
  const only = shipments.length === 1 ? requestedNumber : undefined;
  shipments.slice(0, PACKAGES_MAX).forEach((shipment, i) => {
    if (shipment === null) read.warnings.push(`shipment[${i}]: not an object`);
    else readShipment(shipment, only, `shipment[${i}]`, read);
  });
  return read;
}

function readShipment(
  shipment: Shipment,
  requestedNumber: string | undefined,
  where: string,
  read: TrackReading,
): void {
  const parcels = shipment.package.slice(0, PACKAGES_MAX);
  const requested = shipment.inquiryNumber;
  parcels.forEach((parcel, i) => {
    const at = `${where}.package[${i}]`;
    // A single package is the requested one, even when it does not say so.
    const inquired = parcels.length === 1 ? requested : undefined;
    const named = [parcel?.trackingNumber, inquired].find(isNumber);
    const known = named ?? (isLoneUpdate(parcels) ? requestedNumber : undefined);
    const number = known ?? parcel?.trackingNumber ?? inquired;
    if (parcel === null || number === undefined) {
      read.warnings.push(`${at}: ${parcel === null ? 'not an object' : 'no trackingNumber'}`);
      return;
    }
    const report = reportOf(parcel, number, inquired, at, read.warnings);
    if (report === null && isBare(parcel)) read.misses.push(missOfBare(number, shipment));
    else if (report === null) read.warnings.push(`${at}: neither activity nor a status`);
    else read.reports.push(report);
  });
  if (shipment.package.length > PACKAGES_MAX) {
    read.warnings.push(`${where}: more than ${PACKAGES_MAX} packages: the rest was not read`);
  }
  readWarnings(shipment, where, read);
}

/**
 * Whether a text can be a number. All of UPS's have digits; examples and stubs have words in their
 * place, such as `string`.
 */
function isNumber(text: string | undefined): text is string {
  return text !== undefined && /\d/.test(text);
}

function isLoneUpdate([parcel = null, ...others]: readonly (Parcel | null)[]): boolean {
  return others.length === 0 && parcel !== null && !isBare(parcel);
}

function isBare({ activity, currentStatus }: Parcel): boolean {
  return activity.length === 0 && currentStatus === undefined;
}

/** Whether a package says nothing at all. */
function isNameless(parcel: Parcel | null): boolean {
  return parcel === null || (parcel.trackingNumber === undefined && isBare(parcel));
}

/**
 * The miss of a package that has a number and nothing else: UPS knows it, which is more than not
 * found, and has no data, unless a warning next to it says why.
 */
function missOfBare(number: string, { warnings }: Shipment): NumberMiss {
  const trackingNumber = numbers.normalize(number);
  const warning = warnings.find((item) => item !== null);
  if (warning !== undefined) return missOf(trackingNumber, warning);
  const reason = 'the package has a number and nothing else yet';
  return { trackingNumber, outcome: 'not_yet', reason };
}

/**
 * Reads the warnings of a shipment. "Not found" comes as HTTP 200 with a warning where the package
 * would be.
 */
function readWarnings(shipment: Shipment, where: string, read: TrackReading): void {
  for (const warning of shipment.warnings) {
    if (warning === null) continue;
    if (shipment.package.length === 0 && shipment.inquiryNumber !== undefined) {
      read.misses.push(missOf(numbers.normalize(shipment.inquiryNumber), warning));
    } else {
      if (shipment.package.every(isNameless)) read.nameless.push(missOf('', warning));
      read.warnings.push(`${where}: warning ${warning.code ?? 'without a code'}`);
    }
  }
}

function reportOf(
  parcel: Parcel,
  number: string,
  requested: string | undefined,
  where: string,
  warnings: string[],
): CarrierReport | null {
  const list = codeListOf(parcel, number);
  const facts = factsOf(parcel, list, where, warnings);
  const snapshot = snapshotOf(parcel, list);
  if (facts.length === 0 && snapshot.summary === null) return null;
  const trackingNumber = numbers.normalize(number);
  const alias = requested === undefined ? trackingNumber : numbers.normalize(requested);
  return {
    trackingNumber,
    aliases: alias === trackingNumber ? [] : [alias],
    carrierPieceId: null,
    asOf: null,
    fullHistory: facts.length > 0 && parcel.activity.length <= EVENTS_MAX,
    facts,
    snapshot,
    links: linksOf(parcel),
  };
}

function factsOf(
  parcel: Parcel,
  list: CodeList,
  where: string,
  warnings: string[],
): readonly ReportedFact[] {
  const facts: ReportedFact[] = [];
  parcel.activity.slice(0, EVENTS_MAX).forEach((activity, i) => {
    const fact = activity === null ? null : factOfActivity(activity, list);
    if (fact === null) warnings.push(`${where}.activity[${i}]: no code`);
    else facts.push(fact);
    if (fact?.time.local === null) warnings.push(`${where}.activity[${i}]: no readable date`);
  });
  if (parcel.activity.length > EVENTS_MAX) {
    warnings.push(`${where}: more than ${EVENTS_MAX} activities: the rest was not read`);
  }
  return facts;
}

function factOfActivity(activity: Activity, list: CodeList): ReportedFact | null {
  const { status, location } = activity;
  const codes = codesOrWords(
    status?.type,
    status?.code,
    status?.statusCode,
    status?.description,
    list,
  );
  if (codes === null) return null;
  return factOf({
    codes,
    wireTime: activity,
    place: placeOf({
      city: location?.address?.city,
      region: location?.address?.stateProvince,
      postalCode: location?.address?.postalCode,
      country: location?.address?.countryCode ?? location?.address?.country,
      facility: location?.slic,
    }),
    text: status?.description,
    logical: activity.logicalScan === true,
  });
}

/**
 * The links of a package: SurePost and Mail Innovations continue under a number of the post office.
 */
function linksOf(parcel: Parcel): readonly ReportedLink[] {
  const links = new Map<string, ReportedLink>();
  for (const other of parcel.alternateTrackingNumber) {
    if (other?.number === undefined) continue;
    const carrier = other.type === 'USPS_PIC' ? 'usps' : null;
    links.set(other.number, { kind: 'partner_leg', trackingNumber: other.number, carrier });
  }
  return [...links.values()];
}
