import {
  type CarrierReport,
  EMPTY_SNAPSHOT,
  NO_TIME,
  type NumberMiss,
  type ParseOutcome,
  type Payload,
  type PlaceTime,
  parseJsonOrNull,
  placeTimeFromIso,
  placeTimeInZone,
  type ReportedFact,
  type ReportedPlace,
  readFacts,
  readParcels,
  zoneOfPlace,
} from '../../sdk.ts';
import { failureOf } from './errors.ts';
import {
  type Checkpoint,
  EVENTS_MAX,
  envelope,
  ITEMS_MAX,
  type Tracking,
  trackings,
} from './schema.ts';

/**
 * The version of the identity. Change it only together with the parts of an identity: a new version
 * makes every fact a new fact.
 */
const IDENTITY_VERSION = 'trackingmore-1';

/** Statuses of parcels of which nothing is known. */
const NOTHING_KNOWN = new Set(['pending', 'notfound']);
/** "The carrier explicitly states that the tracking number doesn't belong to it." */
const DENIED = 'pending003';

/** Reads an answer of `trackings/get`, or a push about one parcel. */
export function parse(payload: Payload): ParseOutcome {
  const read = envelope.safeParse(parseJsonOrNull(payload.text)?.value).data;
  const failure = failureOf(read?.meta?.code, payload.httpStatus);
  if (failure !== null) return failure;
  const items = trackings.parse(read?.data).filter((item) => item?.courier_code !== undefined);
  const isList = read?.meta?.code === 200 && Array.isArray(read.data);
  if (items.length > 0) {
    return readParcels(payload, {
      member: 'data',
      items,
      itemsMax: ITEMS_MAX,
      numberOf: (item) => item.tracking_number,
      read: readTracking,
      misses: [],
    });
  }
  const reason = isList ? 'no number is registered' : 'expected data with a courier_code';
  return { outcome: isList ? 'not_yet' : 'unreadable', reason, trackingNumbers: [] };
}

/** Reads a parcel: its report, or why there is none. Adds to the warnings. */
function readTracking(
  trackingNumber: string,
  item: Tracking,
  warnings: string[],
): CarrierReport | NumberMiss {
  const { delivery_status: status, substatus, courier_code: carrier = '' } = item;
  const events = [item.origin_info, item.destination_info].flatMap((leg) => leg?.trackinfo ?? []);
  const { facts, warnings: found } = readFacts(events, EVENTS_MAX, 'trackinfo', factOf);
  warnings.push(...found);
  if (facts.length === 0 && (status === undefined || NOTHING_KNOWN.has(status))) {
    const outcome = substatus === DENIED ? 'not_found' : 'not_yet';
    return { trackingNumber, outcome, reason: `no history, status ${status ?? 'absent'}` };
  }
  const day = placeTimeFromIso(item.scheduled_delivery_date ?? '')?.local?.slice(0, 10);
  return {
    trackingNumber,
    carrier,
    aliases: [],
    carrierPieceId: null,
    asOf: null,
    fullHistory: false,
    facts,
    snapshot: {
      ...EMPTY_SNAPSHOT,
      estimatedDelivery: day === undefined ? null : { date: day, from: null, to: null },
      summary:
        status === undefined
          ? null
          : {
              codes: codesOf(substatus, status),
              time: timeOf(item.latest_checkpoint_time ?? '', null),
            },
      serviceLevel: item.product_type ?? null,
      weightG: positive((item.weight_kg ?? 0) * 1_000),
      piecesTotal: positive(item.pieces ?? 0),
      origin: placeIn(item.origin_country),
      destination: placeIn(item.destination_country),
    },
    links: [],
  };
}

function factOf(event: Checkpoint): ReportedFact | null {
  const { checkpoint_delivery_status: status, checkpoint_delivery_substatus: substatus } = event;
  const code = substatus ?? status;
  if (code === undefined) return null;
  const { city = null, state = null, zip = null, location = null, raw_status: raw } = event;
  const place = { ...NOWHERE, ...placeIn(event.country_iso2), region: state, postalCode: zip };
  const time = timeOf(event.checkpoint_date ?? '', place);
  const isEmpty = [city, location, ...Object.values(place)].every((part) => part === null);
  return {
    codes: { ...codesOf(substatus, status), ...(raw === undefined ? {} : { raw }) },
    identity: [IDENTITY_VERSION, code, time.local ?? ''],
    time,
    place: isEmpty ? null : { ...place, city: city ?? location },
    text: event.tracking_detail ?? null,
    piece: null,
    logical: false,
  };
}

function codesOf(substatus: string | undefined, status: string | undefined) {
  return {
    ...(substatus === undefined ? {} : { substatus }),
    ...(status === undefined ? {} : { status }),
  };
}

/** Local time, with an offset that cannot be a stand-in for none, or else the zone of the place. */
function timeOf(text: string, place: ReportedPlace | null): PlaceTime {
  const read = placeTimeFromIso(text);
  if (read?.local == null) return NO_TIME;
  if (read.offsetMin !== null && read.offsetMin !== 0) return read;
  const { local, precision } = read;
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

function placeIn(country = ''): ReportedPlace | null {
  return /^[A-Z]{2}$/.test(country) ? { ...NOWHERE, country } : null;
}

function positive(value: number): number | null {
  return value > 0 ? Math.round(value) : null;
}
