import { intervalOf } from '../../../kernel/time/place-time.ts';
import { isRecord } from '../../../kernel/wire/loose.ts';
import { EMPTY_SNAPSHOT, type ReportedLink, type ReportSnapshot } from '../../contract/contract.ts';
import { coarseOf, readCodes, type Service, serviceOf, UNRECOGNISED } from '../codes.ts';
import {
  EVENTS_MAX,
  factsOf,
  type ReadEvent,
  readEstimate,
  readPlace,
  readTime,
} from '../facts.ts';
import { normalize } from '../numbers.ts';
import { schema, type UnifiedEvent, type UnifiedShipment } from '../schema.ts';
import {
  aliasesOf,
  numberIfUnnamed,
  plausibleNumber,
  type ReadShipment,
  unusable,
} from './read-shipment.ts';

/** Maximum of listed pieces. A shipment with more is freight; the rest is counted, not listed. */
const PIECES_MAX = 100;

/**
 * Reads one element of `shipments[]` of Shipment Tracking – Unified or of its push, by the rules of
 * its service. `isPull`: the answer of a pull lists the whole history.
 */
export function readUnified(
  raw: unknown,
  isPull: boolean,
  requested: string | undefined,
): ReadShipment {
  const parsed = schema.unifiedShipment.safeParse(raw);
  if (!parsed.success) return unusable('not an object');
  const shipment = parsed.data;
  const pieces = piecesOf(shipment);
  const given = shipment.id === null ? null : normalize(shipment.id);
  const entries = [...(shipment.events ?? []), ...(shipment.status ? [shipment.status] : [])];
  const trackingNumber =
    plausibleNumber(given) ?? numberIfUnnamed(requested, [given, ...pieces], entries);
  if (trackingNumber === null) return unusable('no id');
  const service = serviceOf(shipment.service);
  const { events, warnings } = readEvents(shipment, service);
  const facts = factsOf(events, pieces, service);
  if (isRecord(raw) && Object.keys(raw).every((name) => NAMING.includes(name))) {
    const reason = 'the answer knows the number and nothing of the parcel';
    return { report: null, miss: { trackingNumber, outcome: 'not_yet', reason }, warnings: [] };
  }
  return {
    report: {
      trackingNumber,
      aliases: pieces.length === 1 ? aliasesOf(trackingNumber, pieces) : [],
      carrierPieceId: null,
      asOf: null,
      fullHistory: isPull && facts.length > 0,
      facts,
      snapshot: snapshotOf(shipment, service),
      links: linksOf(shipment, trackingNumber, pieces),
    },
    miss: null,
    warnings,
  };
}

/** Members that only identify a shipment's parcel. */
const NAMING = ['id', 'service'];

function readEvents(shipment: UnifiedShipment, service: Service) {
  const listed = shipment.events ?? [];
  const events: ReadEvent[] = [];
  const warnings: string[] = [];
  if (listed.length > EVENTS_MAX) warnings.push(`events: cut after ${EVENTS_MAX}`);
  for (const [i, raw] of listed.slice(0, EVENTS_MAX).entries()) {
    const parsed = schema.unifiedEvent.safeParse(raw);
    const event = parsed.success ? readEvent(parsed.data, service) : null;
    if (event === null) warnings.push(`events[${i}]: neither code nor text`);
    else if (parsed.success) events.push(withStatusOf(shipment, parsed.data, event, service));
  }
  const unlisted = unlistedOf(shipment, service, events);
  return { events: unlisted === null ? events : [...events, unlisted], warnings };
}

/**
 * The event in `status`, if the list of events lacks it; otherwise null. `status` is an event of
 * the same shape, usually the newest of the list. If it is later than all of them, and has a coarse
 * or own code that none of them has, the list is behind, and it is an event of its own. A repeated
 * coarse code alone is not an update: the finer scan's code still applies.
 */
function unlistedOf(
  shipment: UnifiedShipment,
  service: Service,
  events: readonly ReadEvent[],
): ReadEvent | null {
  const parsed = schema.unifiedEvent.safeParse(shipment.status);
  const status = parsed.success ? readEvent(parsed.data, service) : null;
  const coarse = status?.codes['statusCode'] ?? null;
  if (events.length === 0 || status === null || coarse === null || coarse === 'unknown')
    return null;
  // Without a time, only its place says that it is the newest. That is enough only for the end of a
  // life whose other events have times.
  const isUndated = status.time.local === null;
  const isOnItsWay =
    events.some(({ codes }) => codes['statusCode'] === 'transit') ||
    events.every(({ codes }) => codes['text'] === UNRECOGNISED);
  const isUndatedEnd = isUndated && coarse === 'delivered' && isOnItsWay;
  const { lo } = intervalOf(status.time, 0);
  if (isOtherWords(status, events)) return status;
  const fine = ownCodeOf(status);
  const isFiner = fine !== null && events.every((event) => ownCodeOf(event) !== fine);
  const isUpdate = events.every(({ codes, time }) => {
    const listed = codes['statusCode'];
    const isLater = isUndatedEnd ? time.local !== null : lo > intervalOf(time, 0).hi;
    const isOther = listed !== undefined && listed !== coarse;
    return isLater && (isOther || isFiner || codes['text'] === UNRECOGNISED);
  });
  return isUpdate ? status : null;
}

/**
 * Whether a status without a code is a scan of its own: its words must differ from those of all
 * listed scans, and its local time must be later than theirs. It is meant as the newest scan, so
 * unknown zones are no reason for doubt. At the same minute as a listed scan, it may be that scan
 * in other words.
 */
function isOtherWords({ words, time }: ReadEvent, events: readonly ReadEvent[]): boolean {
  const { local } = time;
  if (words === null || local === null || time.precision === 'date') return false;
  return events.every(
    ({ words: listed, time: { local: at } }) =>
      listed !== words && at !== null && at.slice(0, 16) < local.slice(0, 16),
  );
}

/** The service's own code, or known words; null if there is only a coarse code. */
function ownCodeOf({ codes }: ReadEvent): string | null {
  return codes['status'] ?? codes['text'] ?? null;
}

function readEvent(event: UnifiedEvent, service: Service): ReadEvent | null {
  if (event.statusCode === null && event.status === null && event.description === null) return null;
  const place = readPlace(event.location);
  return {
    ...readCodes(service, event),
    time: readTime(event.timestamp, service, place),
    place,
    text: event.description ?? event.remark ?? event.status,
    pieces: withoutNulls(event.pieceIds).map(normalize),
  };
}

/**
 * Adds the codes of `status` to an event without a code and with unknown words. Often `status`
 * repeats that very event with the coarse code, or in known words at the same second. The event's
 * identity stays that of its own words, because they are all that remains of it once a newer event
 * is the current one.
 */
function withStatusOf(
  shipment: UnifiedShipment,
  said: UnifiedEvent,
  event: ReadEvent,
  service: Service,
): ReadEvent {
  const parsed = schema.unifiedEvent.safeParse(shipment.status);
  if (event.codes['text'] !== UNRECOGNISED || !parsed.success) return event;
  const { description, timestamp, statusCode, status } = parsed.data;
  const isSame =
    said.description !== null &&
    said.description === description &&
    (timestamp === null || timestamp === said.timestamp);
  const isOnly = timestamp !== null && countEventsAt(shipment, timestamp) === 1;
  if (!isSame && isOnly && timestamp === said.timestamp) {
    const eventCodes = readEvent(parsed.data, service)?.codes ?? event.codes;
    return { ...event, codes: eventCodes };
  }
  const coarse = isSame ? (coarseOf(statusCode) ?? coarseOf(status)) : null;
  if (coarse === null) return event;
  const { text: _, ...codes } = event.codes;
  return { ...event, codes: { ...codes, statusCode: coarse } };
}

/** Counts the events with exactly this timestamp. */
function countEventsAt(shipment: UnifiedShipment, timestamp: string): number {
  const listed = (shipment.events ?? []).slice(0, EVENTS_MAX);
  return listed.filter((raw) => isRecord(raw) && raw['timestamp'] === timestamp).length;
}

function withoutNulls(texts: readonly (string | null)[] | null | undefined): readonly string[] {
  return (texts ?? []).flatMap((text) => (text === null ? [] : [text])).slice(0, PIECES_MAX);
}

function piecesOf(shipment: UnifiedShipment): readonly string[] {
  return [...new Set(withoutNulls(shipment.details?.pieceIds).map(normalize))];
}

function snapshotOf(shipment: UnifiedShipment, service: Service): ReportSnapshot {
  const { details } = shipment;
  const product = details?.product?.productName ?? null;
  const proof = details?.proofOfDelivery;
  const total = details?.totalNumberOfPieces ?? null;
  return {
    ...EMPTY_SNAPSHOT,
    estimatedDelivery: readEstimate(shipment),
    returnFlag: shipment.returnFlag ?? null,
    summary: summaryOf(shipment, service),
    serviceLevel: product?.startsWith('UNKNOWN') ? null : product,
    weightG: gramsOf(details?.weight?.value ?? null, details?.weight?.unitText ?? null),
    piecesTotal: total !== null && Number.isInteger(total) && total > 0 ? total : null,
    destination: readPlace(shipment.destination),
    origin: readPlace(shipment.origin),
    proofs: [
      ...(proof?.signatureUrl || details?.proofOfDeliverySignedAvailable ? ['signature'] : []),
      ...(proof?.documentUrl ? ['document'] : []),
    ],
  };
}

/**
 * Reads `status` as the summary. It is an event of the same shape; odd answers give only its text,
 * or its coarse word there.
 */
function summaryOf(shipment: UnifiedShipment, service: Service): ReportSnapshot['summary'] {
  const raw = typeof shipment.status === 'string' ? { status: shipment.status } : shipment.status;
  const parsed = schema.unifiedEvent.safeParse(raw);
  const said = parsed.success ? parsed.data : null;
  const isBare = said !== null && said.statusCode === null && said.status === null;
  const status = isBare ? { ...said, statusCode: coarseOf(said.description) } : said;
  const event = status === null ? null : readEvent(status, service);
  return event === null ? null : { codes: event.codes, time: event.time };
}

const GRAMS: Readonly<Record<string, number>> = {
  g: 1,
  kg: 1000,
  kgs: 1000,
  lb: 453.592_37,
  lbs: 453.592_37,
  oz: 28.349_523_125,
};

/**
 * Converts a weight to whole grams; null without a unit, for a weight of zero, and for nonsense.
 */
export function gramsOf(value: number | null, unit: string | null): number | null {
  const factor = unit === null ? undefined : GRAMS[unit.toLowerCase()];
  if (value === null || factor === undefined || !(value > 0)) return null;
  const grams = Math.round(value * factor);
  return Number.isSafeInteger(grams) ? grams : null;
}

/**
 * The links of a shipment: its pieces if there are several, and the number of the partner who
 * delivers.
 */
function linksOf(
  shipment: UnifiedShipment,
  trackingNumber: string,
  pieces: readonly string[],
): readonly ReportedLink[] {
  const links: ReportedLink[] = [];
  if (pieces.length > 1) {
    for (const piece of pieces) {
      if (piece !== trackingNumber) {
        links.push({ kind: 'piece', trackingNumber: piece, carrier: null });
      }
    }
  }
  const references = shipment.details?.references;
  for (const raw of Array.isArray(references) ? references.slice(0, 50) : [references]) {
    const parsed = schema.reference.safeParse(raw);
    if (!parsed.success || parsed.data.type !== 'local-tracking-number') continue;
    const partner = plausibleNumber(normalize(parsed.data.number ?? ''));
    if (partner !== null && partner !== trackingNumber) {
      links.push({ kind: 'partner_leg', trackingNumber: partner, carrier: null });
    }
  }
  return links;
}
