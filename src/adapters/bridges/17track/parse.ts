import {
  bareNumber,
  type CarrierReport,
  EMPTY_SNAPSHOT,
  failureOfStatus,
  NO_TIME,
  type NumberMiss,
  type ParseOutcome,
  type Payload,
  type PlaceTime,
  parseJsonOrNull,
  parseOffset,
  placeTimeFromIso,
  placeTimeInZone,
  placeTimeWithOffset,
  type ReportedEstimate,
  type ReportedFact,
  type ReportedPlace,
  readFacts,
  readParcels,
  zoneOfPlace,
} from '../../sdk.ts';
import { failureOfEnvelope, missOf } from './errors.ts';
import {
  type Envelope,
  EVENTS_MAX,
  envelope,
  ITEMS_MAX,
  type Item,
  push,
  type TrackInfo,
  type WireAddress,
  type WireEvent,
} from './schema.ts';

/**
 * The version of the identity. Change it only together with the parts of an identity: a new version
 * makes every fact a new fact.
 */
const IDENTITY_VERSION = '17track-1';

const NOT_FOUND = 'NotFound';
/** "The tracking number is invalid." */
const INVALID_NUMBER = 'NotFound_InvalidCode';

/** Reads an answer of `gettrackinfo`, or a push about one parcel. */
export function parse(payload: Payload): ParseOutcome {
  const value = parseJsonOrNull(payload.text)?.value;
  const pushed = payload.kind === 'track' ? null : push.safeParse(value);
  if (pushed?.success) return outcomeOf([pushed.data.data], [], payload);
  const read = envelope.safeParse(value);
  const failure = read.success ? failureOfEnvelope(read.data) : null;
  if (failure !== null) return { ...failure, trackingNumbers: [] };
  const accepted = read.success && read.data.code === 0 ? (read.data.data?.accepted ?? []) : [];
  const misses = read.success ? missesIn(read.data) : [];
  if (accepted.length + misses.length > 0) return outcomeOf(accepted, misses, payload);
  return (
    failureOfStatus(payload.httpStatus) ?? {
      outcome: 'unreadable',
      reason: 'expected code 0 with accepted or rejected numbers, or an event with data',
      trackingNumbers: [],
    }
  );
}

function missesIn({ data }: Envelope): readonly NumberMiss[] {
  return (data?.rejected ?? []).slice(0, ITEMS_MAX).flatMap((each) => {
    const number = bareNumber(each?.number ?? '');
    return number === '' ? [] : [missOf(number, each?.error?.code ?? 0)];
  });
}

function outcomeOf(
  items: readonly (Item | null)[],
  misses: readonly NumberMiss[],
  payload: Payload,
): ParseOutcome {
  return readParcels(payload, {
    member: 'accepted',
    items,
    itemsMax: ITEMS_MAX,
    numberOf: (item) => item.number,
    read: readItem,
    misses,
  });
}

/** Reads a parcel: its report, or why there is none. Adds to the warnings. */
function readItem(
  trackingNumber: string,
  { carrier, track_info: info }: Item,
  warnings: string[],
): CarrierReport | NumberMiss {
  const { status, sub_status } = info?.latest_status ?? {};
  const events = (info?.tracking?.providers ?? []).flatMap((provider) => provider?.events ?? []);
  const read = readFacts(events, EVENTS_MAX, 'events', factOf);
  warnings.push(...read.warnings);
  const isKnown = status !== undefined && status !== NOT_FOUND;
  if (carrier === undefined || carrier === '0' || (read.facts.length === 0 && !isKnown)) {
    const outcome = sub_status === INVALID_NUMBER ? 'not_found' : 'not_yet';
    return { trackingNumber, outcome, reason: `17TRACK has no history (${outcome})` };
  }
  return {
    trackingNumber,
    carrier,
    aliases: [],
    carrierPieceId: null,
    asOf: null,
    fullHistory: false,
    facts: read.facts,
    snapshot: {
      ...EMPTY_SNAPSHOT,
      estimatedDelivery: estimateOf(info),
      summary: isKnown
        ? {
            codes: { ...(sub_status === undefined ? {} : { sub_status }), status },
            time: timeOf(info?.latest_event),
          }
        : null,
      serviceLevel: info?.misc_info?.service_type ?? null,
      weightG: positive((info?.misc_info?.weight_kg ?? 0) * 1_000),
      piecesTotal: positive(info?.misc_info?.pieces ?? 0),
      origin: placeOf(info?.shipping_info?.shipper_address),
      destination: placeOf(info?.shipping_info?.recipient_address),
    },
    links: [],
  };
}

/** Reads an event by its sub-status; older events have a stage only. */
function factOf(event: WireEvent): ReportedFact | null {
  const { sub_status, stage, description: text = null, location } = event;
  const code = sub_status ?? stage;
  if (code === undefined) return null;
  const time = timeOf(event);
  const place = placeOf(event.address);
  return {
    codes: sub_status === undefined ? { stage: code } : { sub_status: code },
    identity: [IDENTITY_VERSION, code, time.local ?? ''],
    time,
    place: place ?? (location === undefined ? null : { ...NOWHERE, city: location }),
    text,
    piece: null,
    logical: false,
  };
}

/**
 * The carrier's wall clock, with the offset that the carrier gave, or else the zone of the place.
 * The offset in `time_iso` is 17TRACK's guess.
 */
function timeOf(event: WireEvent | undefined): PlaceTime {
  const { date, time, timezone = '' } = event?.time_raw ?? {};
  const clock = date === undefined ? event?.time_iso : [date, time ?? []].flat().join('T');
  const read = placeTimeFromIso(clock ?? '');
  if (read?.local == null) return NO_TIME;
  const { local, precision } = read;
  const offsetMin = parseOffset(timezone);
  if (offsetMin !== null) return placeTimeWithOffset(local, precision, offsetMin);
  const place = placeOf(event?.address);
  const zone = place === null ? null : zoneOfPlace(place);
  return placeTimeInZone(local, precision, zone ?? '', 'postal_code');
}

const NOWHERE: ReportedPlace = {
  city: null,
  region: null,
  postalCode: null,
  country: null,
  facility: null,
};

function placeOf(address: WireAddress): ReportedPlace | null {
  const { city = null, state = null, postal_code = null, country = '' } = address ?? {};
  const code = /^[A-Z]{2}$/.test(country) ? country : null;
  const isEmpty = [city, state, postal_code, code].every((part) => part === null);
  return isEmpty
    ? null
    : { ...NOWHERE, city, region: state, postalCode: postal_code, country: code };
}

/** The last day, and the window if it lies within that day; it may have one end. */
function estimateOf(info: TrackInfo | undefined): ReportedEstimate | null {
  const { from, to } = info?.time_metrics?.estimated_delivery_date ?? {};
  const [first, last] = [from ?? to, to ?? from].map((end) => placeTimeFromIso(end ?? ''));
  const date = last?.local?.slice(0, 10);
  if (date === undefined) return null;
  const isOpen = from === undefined || to === undefined;
  const isWindow =
    last?.precision !== 'date' &&
    first?.local?.slice(0, 10) === date &&
    (isOpen || (first.local ?? '') < (last?.local ?? ''));
  return { date, from: isWindow ? (from ?? null) : null, to: isWindow ? (to ?? null) : null };
}

function positive(value: number): number | null {
  return value > 0 ? Math.round(value) : null;
}
