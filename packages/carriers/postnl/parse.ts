import {
  type CarrierReport,
  type CodeMatch,
  EMPTY_SNAPSHOT,
  failureOfStatus,
  NO_TIME,
  type ParseOutcome,
  type Payload,
  type PlaceTime,
  parseJsonOrNull,
  placeTimeInZone,
  placeTimeWithoutZone,
  type ReportedEstimate,
  type ReportedFact,
  type ReportedPlace,
  readFacts,
  requestedNumber,
  zoneOfPlace,
} from 'waybill/adapter';
import { numbers, PATTERN } from './numbers.ts';
import {
  EVENTS_MAX,
  SHIPMENTS_MAX,
  type Shipment,
  statusAnswer,
  type WireAddress,
  type WireEvent,
} from './schema.ts';

/**
 * The version of the identity. Change it only together with the parts of an identity: a new version
 * makes every fact a new fact.
 */
const IDENTITY_VERSION = 'postnl-1';

/** The warning "No shipment found". */
const NOT_FOUND = '2';
/** The status "Not applicable". */
const NO_STATUS = '99';
/** The location of events that are data, such as announcements. */
const NO_LOCATION = '888888';

/** Reads an answer about a barcode: the parcels of its shipment, or why there are none. */
export function parse(payload: Payload): ParseOutcome {
  const read = statusAnswer.safeParse(parseJsonOrNull(payload.text)?.value);
  const answer = read.success ? read.data : null;
  const shipments = (answer?.CompleteStatus ?? answer?.CurrentStatus)?.Shipment ?? [];
  const isOne = shipments.length === 1;
  const warnings: string[] = [];
  const reports: CarrierReport[] = [];
  const waiting: string[] = [];
  shipments.slice(0, SHIPMENTS_MAX).forEach((shipment, index) => {
    const asked = isOne ? requestedNumber(payload) : undefined;
    const number = shipment === null ? undefined : numberOf(shipment, asked);
    if (shipment === null || number === undefined) {
      warnings.push(`Shipment[${index}]: no Barcode`);
      return;
    }
    const report = reportOf(number, shipment, `Shipment[${index}].Event`, warnings);
    if (report === null) waiting.push(number);
    else reports.push(report);
  });
  if (shipments.length > SHIPMENTS_MAX) warnings.push(`more than ${SHIPMENTS_MAX} parcels`);
  const reason = 'a parcel without events';
  if (reports.length > 0) {
    const misses = waiting.map((trackingNumber) => {
      return { trackingNumber, outcome: 'not_yet', reason } as const;
    });
    return { outcome: 'reports', reports, misses, warnings };
  }
  if (waiting.length > 0) return { outcome: 'not_yet', reason, trackingNumbers: waiting };
  if (answer?.Warnings.some((warning) => warning?.Code === NOT_FOUND)) {
    return { outcome: 'not_found', reason: 'PostNL warning 2', trackingNumbers: [] };
  }
  return (
    failureOfStatus(payload.httpStatus) ?? {
      outcome: 'unreadable',
      reason: 'expected CompleteStatus with a Shipment, or Warnings',
      trackingNumbers: [],
    }
  );
}

function numberOf({ Barcode }: Shipment, requested: string | undefined): string | undefined {
  if (Barcode === undefined) return requested;
  const number = numbers.normalize(Barcode);
  return PATTERN.test(number) ? number : undefined;
}

/** Reads a parcel, and adds to `warnings`. Null if it has neither events nor a status. */
function reportOf(
  number: string,
  shipment: Shipment,
  member: string,
  warnings: string[],
): CarrierReport | null {
  const timeOf = clockOf(shipment.Address);
  const statuses = statusesOf(shipment);
  const events = readFacts(shipment.Event, EVENTS_MAX, member, (event) =>
    factOf(event, timeOf(event.TimeStamp), statuses),
  );
  warnings.push(...events.warnings);
  const status = shipment.Status?.StatusCode;
  if (events.facts.length === 0 && status === undefined) return null;
  return {
    trackingNumber: number,
    aliases: [],
    carrierPieceId: null,
    asOf: null,
    fullHistory: events.warnings.length === 0 && events.facts.length > 0,
    facts: events.facts,
    snapshot: {
      ...EMPTY_SNAPSHOT,
      estimatedDelivery: estimateOf(shipment),
      summary:
        status === undefined
          ? null
          : { codes: { status: canonical(status) }, time: timeOf(shipment.Status?.TimeStamp) },
      serviceLevel: shipment.ProductDescription ?? null,
      piecesTotal: piecesOf(shipment.ShipmentAmount),
      origin: addressOf(shipment, '02'),
      destination: addressOf(shipment, '01'),
    },
    links: [],
  };
}

function factOf(
  event: WireEvent,
  time: PlaceTime,
  statuses: ReadonlyMap<string, string>,
): ReportedFact | null {
  const { Code: code, Description: text = null, LocationCode: facility } = event;
  if (code === undefined) return null;
  const status = statuses.get(wallClock(event.TimeStamp));
  const codes: CodeMatch = { event: code, ...(status === undefined ? {} : { status }) };
  const isPlace = facility !== undefined && facility !== NO_LOCATION;
  return {
    codes,
    identity: [IDENTITY_VERSION, code, time.local ?? ''],
    time,
    place: isPlace ? { city: null, region: null, postalCode: null, country: null, facility } : null,
    text,
    piece: null,
    logical: false,
  };
}

/** The statuses by their time. An event and the status that it causes have the same time. */
function statusesOf({ Status, OldStatus }: Shipment): ReadonlyMap<string, string> {
  const statuses = new Map<string, string>();
  for (const each of [Status, ...OldStatus]) {
    const code = canonical(each?.StatusCode ?? NO_STATUS);
    const time = wallClock(each?.TimeStamp);
    if (code !== NO_STATUS && !statuses.has(time)) statuses.set(time, code);
  }
  return statuses;
}

/** Answers have `2`, the list of events has `02`. */
function canonical(status: string): string {
  return status.replace(/^0(?=\d)/, '');
}

const TIMESTAMP = /^(\d{2})-(\d{2})-(\d{4}) (\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?$/;

/** `2022-11-07T19:10:28`; the text itself if it is not a time. */
function wallClock(timestamp = ''): string {
  return timestamp.replace(TIMESTAMP, '$3-$2-$1T$4');
}

/**
 * Returns a reader of times, which have no zone. If all addresses are in places with the same
 * offset, so is the route between them, and that offset applies. Otherwise it stays unknown.
 */
function clockOf(addresses: Shipment['Address']): (timestamp?: string) => PlaceTime {
  const places = addresses.flatMap((address) => (address === null ? [] : [placeOf(address)]));
  const zones = places.map(zoneOfPlace);
  return (timestamp) => {
    const bare = placeTimeWithoutZone(wallClock(timestamp), 'second');
    if (bare.local === null) return NO_TIME;
    const { local, precision } = bare;
    const times = zones.map((zone) =>
      zone === null ? bare : placeTimeInZone(local, precision, zone, 'postal_code'),
    );
    const [first = bare] = times;
    const isSame =
      times.length > 1 && times.every(({ offsetMin }) => offsetMin === first.offsetMin);
    return isSame ? first : bare;
  };
}

function addressOf({ Address }: Shipment, type: string): ReportedPlace | null {
  const address = Address.find((each) => each?.AddressType === type);
  return address ? placeOf(address) : null;
}

function placeOf({ City, Region, Zipcode, CountryCode = '' }: WireAddress): ReportedPlace {
  return {
    city: City ?? null,
    region: Region ?? null,
    postalCode: Zipcode ?? null,
    country: /^[A-Z]{2}$/.test(CountryCode) ? CountryCode : null,
    facility: null,
  };
}

/** The delivery window, which may have one end, or else the day; both in local time. */
function estimateOf({ Expectation, DeliveryDate = '' }: Shipment): ReportedEstimate | null {
  const [from, to] = [Expectation?.ETAFrom, Expectation?.ETATo].map(
    (time = '') => placeTimeWithoutZone(time, 'second').local,
  );
  const date = (from ?? to ?? placeTimeWithoutZone(DeliveryDate, 'date').local)?.slice(0, 10);
  return date === undefined ? null : { date, from: from ?? null, to: to ?? null };
}

function piecesOf(amount = ''): number | null {
  return /^[1-9]\d{0,3}$/.test(amount) ? Number(amount) : null;
}
