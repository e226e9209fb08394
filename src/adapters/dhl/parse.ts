import { jsonOrNull } from '../../kernel/wire/loose.ts';
import { askedNumber, type NumberMiss, type ParseOutcome, type Payload } from '../contract.ts';
import { readAmericas } from './dialects/americas.ts';
import { dhl24Result, readDhl24 } from './dialects/dhl24.ts';
import { asianAnswer, readAsianAnswer } from './dialects/ecommerce-asia.ts';
import { ecommerceXmlShipments, readEcommerceXml } from './dialects/ecommerce-xml.ts';
import { readWebServiceWaybill, webServiceWaybills } from './dialects/express-web-service.ts';
import { globalMailShipments, readGlobalMail } from './dialects/global-mail.ts';
import { readMyDhl } from './dialects/my-dhl.ts';
import { readParcelDeXml, type XmlAnswer } from './dialects/parcel-de-xml.ts';
import { isNlParcel, readNlParcel } from './dialects/parcel-nl.ts';
import { isAppParcel, readAppParcel } from './dialects/parcel-nl-app.ts';
import { type Failure, failureOfStatus, readErrors, readProblem } from './dialects/problem.ts';
import { nothing, type ReadShipment } from './dialects/read-shipment.ts';
import { readSites } from './dialects/sites.ts';
import { tellApart } from './dialects/tell-apart.ts';
import { readUnified } from './dialects/unified.ts';
import { readXmlPi, xmlPiWaybills } from './dialects/xml-pi.ts';
import { jsonDataElements } from './reading/json-data.ts';
import { isRecord } from './reading/record.ts';
import { readDataElements } from './reading/xml-data.ts';
import { schema } from './schema.ts';

const RESULT = 'getTrackAndTraceInfoResult';

/** MyDHL answers at most 200 numbers a call; far more is not an answer of theirs. */
const SHIPMENTS_MAX = 500;

/**
 * Reads any answer or push of any DHL network: Shipment Tracking – Unified and its push, MyDHL,
 * eCommerce Americas v4 and its webhook, Parcel DE XML, the track-trace of Parcel NL and its app,
 * DHL24 of Parcel PL, eCommerce Asia, what its public sites show, the older XML-PI, web services,
 * ECommerce XML and Global Mail, problem+json. The shape tells them apart.
 */
export function parse(payload: Payload): ParseOutcome {
  const httpStatus = payload.httpStatus ?? null;
  const asked = askedNumber(payload);
  const isPull = payload.kind !== 'webhook';
  const value = jsonOrNull(payload.text)?.value;
  const polish = dhl24Result(payload.text, value);
  if (polish !== null) return gather([readDhl24(polish, isPull, asked)], RESULT);
  if (payload.text.trimStart().startsWith('<')) return readXml(payload.text, httpStatus, asked);
  const dutch = Array.isArray(value) ? value : [value];
  if (dutch.length > 0 && dutch.every(isNlParcel)) {
    const only = dutch.length === 1 ? asked : undefined;
    return collect(dutch, 'parcels', (raw) => readNlParcel(raw, isPull, only));
  }
  const shown = isRecord(value) && Array.isArray(value['parcels']) ? value['parcels'] : dutch;
  if (shown.length > 0 && shown.every(isAppParcel)) {
    const only = shown.length === 1 ? asked : undefined;
    return collect(shown, 'parcels', (raw) => readAppParcel(raw, isPull, only));
  }
  // Some who pass an answer on leave the list alone, or one shipment of it.
  const isList = Array.isArray(value) && value.length > 0 && value.every(isUnifiedShipment);
  const body = isList || isLoneShipment(value) ? { shipments: value } : value;
  if (!isRecord(body)) return withoutAnswer(httpStatus, 'no JSON object');
  const push = schema.push.safeParse(body);
  if (push.success && push.data.scope.startsWith('subscription.')) {
    return readPush(push.data.scope, push.data.failure?.status ?? null, body);
  }
  const shipments = listOf(body['shipments']);
  if (shipments !== null) {
    return readShipments(shipments, 'shipments', isPull, asked);
  }
  const site = readSites(body, isPull, asked);
  if (site !== null) return gather(site, 'parcels');
  const pieces = jsonDataElements(body);
  const german = pieces === null ? null : readParcelDeXml(pieces, asked);
  if (german !== null) return ofParcelDe(german);
  const waybills = webServiceWaybills(body);
  if (waybills !== null) return readAlone(waybills, 'AWBInfo', readWebServiceWaybill, asked);
  const packages = listOf(body['packages']);
  if (packages !== null) {
    const only = packages.length === 1 ? asked : undefined;
    return collect(packages, 'packages', (raw) => readAmericas(raw, only));
  }
  const asian = asianAnswer(body);
  if (asian !== null) {
    const read = readAsianAnswer(asian, isPull, asked);
    return 'outcome' in read ? failed(read, []) : gather(read, 'items');
  }
  const problem = readProblem(body, httpStatus) ?? readErrors(body);
  if (problem !== null) return failed(problem.failure, problem.trackingNumbers);
  return withoutAnswer(httpStatus, 'an object of another kind');
}

/**
 * Scopes of Unified Push. `validate` carries a one-time secret that is never repeated here, and
 * like `ready` it is understood and about no parcel, which is `not_found`, not broken.
 */
function readPush(
  scope: string,
  failure: string | null,
  body: Record<string, unknown>,
): ParseOutcome {
  const shipments = listOf(body['shipments']);
  if (scope === 'subscription.push' && shipments !== null) {
    return readShipments(shipments, 'shipments', false, undefined);
  }
  if (scope === 'subscription.validate' || scope === 'subscription.ready') {
    return failed({ outcome: 'not_found', reason: `${scope}: no parcel in it` }, []);
  }
  if (scope === 'subscription.failure') {
    const status = /^\d{3}$/.test(failure ?? '') ? failure : 'without a status';
    return failed({ outcome: 'error', reason: `the push subscription failed: ${status}` }, []);
  }
  return unreadable('a push of an unknown scope');
}

function readShipments(
  shipments: readonly unknown[],
  where: string,
  isPull: boolean,
  asked: string | undefined,
): ParseOutcome {
  const only = shipments.length === 1 ? asked : undefined;
  return collect(shipments, where, (raw) => {
    if (!isRecord(raw)) return nothing('not an object');
    return isOfMyDhl(raw) ? readMyDhl(raw, only) : readUnified(raw, isPull, only);
  });
}

function isUnifiedShipment(value: unknown): boolean {
  return isRecord(value) && 'id' in value && ('events' in value || 'status' in value);
}

/** Also a problem may have an id and a status, which is a number then. */
function isLoneShipment(value: unknown): boolean {
  if (!isRecord(value) || LISTS.some((name) => name in value)) return false;
  const { status, events } = value;
  const hasEvents = Array.isArray(events) && events.length > 0 && events.every(isRecord);
  if ('shipmentTrackingNumber' in value) return hasEvents;
  // Events of MyDHL alone, as some keep them, are known by a member that no other has.
  if (hasEvents && events.every((event) => 'typeCode' in event)) return true;
  const hasStatus = isRecord(status) && ('statusCode' in status || 'id' in value || hasEvents);
  return hasStatus || (hasEvents && ('id' in value || 'details' in value));
}

/** Where they are, the rest is an answer and no shipment. */
const LISTS = ['shipments', 'packages', 'parcels'];

/** A shipment that names no number is known by members that it alone has, it or its events. */
function isOfMyDhl(shipment: Record<string, unknown>): boolean {
  const marks = ['shipmentTimestamp', 'shipperDetails', 'receiverDetails', 'productCode'];
  const [event] = listOf(shipment['events']) ?? [];
  const isMarked =
    marks.some((mark) => mark in shipment) || (isRecord(event) && 'typeCode' in event);
  return 'shipmentTrackingNumber' in shipment || (!('id' in shipment) && isMarked);
}

/** An object in the place of a list is its only item; null for what is neither. */
function listOf(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  return isRecord(value) ? [value] : null;
}

function readXml(text: string, httpStatus: number | null, asked: string | undefined): ParseOutcome {
  const waybills = xmlPiWaybills(text);
  if (waybills !== null) return readAlone(waybills, 'AWBInfo', readXmlPi, asked);
  const older = ecommerceXmlShipments(text);
  if (older !== null) return readAlone(older, 'Shipment', readEcommerceXml, asked);
  const mail = globalMailShipments(text);
  if (mail?.length === 0) {
    return failed({ outcome: 'not_found', reason: 'the answer has no shipment' }, []);
  }
  if (mail !== null) return readAlone(mail, 'shipment', readGlobalMail, asked);
  const elements = readDataElements(text);
  const answer = elements === null ? null : readParcelDeXml(elements, asked);
  if (answer === null)
    return withoutAnswer(httpStatus, 'neither a TrackingResponse nor a piece-shipment-list');
  return ofParcelDe(answer);
}

function ofParcelDe({ failure, shipments }: XmlAnswer): ParseOutcome {
  return failure === null ? gather(shipments, 'piece-shipment') : failed(failure, []);
}

/** Answers that lack everything where the query failed; what was asked for names a single one. */
function readAlone<Raw>(
  list: readonly Raw[],
  where: string,
  read: (raw: Raw, asked: string | undefined) => ReadShipment,
  asked: string | undefined,
): ParseOutcome {
  if (list.length === 0) return failed({ outcome: 'error', reason: 'the query failed' }, []);
  const only = list.length === 1 ? asked : undefined;
  return collect(list, where, (raw) => read(raw, only));
}

function collect<Raw>(
  list: readonly Raw[],
  where: string,
  read: (raw: Raw) => ReadShipment,
): ParseOutcome {
  if (list.length > SHIPMENTS_MAX) return unreadable(`${where}: more than ${SHIPMENTS_MAX}`);
  return gather(list.map(read), where);
}

/** An answer without any shipment is how some networks say 404. */
function gather(shipments: readonly ReadShipment[], where: string): ParseOutcome {
  const reports = tellApart(shipments.flatMap(({ report }) => (report === null ? [] : [report])));
  const misses = shipments.flatMap(({ miss }) => (miss === null ? [] : [miss]));
  const warnings = shipments.flatMap((shipment, i) =>
    shipment.warnings.map((warning) => `${where}[${i}]: ${warning}`),
  );
  if (reports.length > 0) return { outcome: 'reports', reports, misses, warnings };
  const [first] = misses;
  if (first === undefined) {
    if (shipments.length > 0) return unreadable(warnings[0] ?? `${where}: nothing readable`);
    return failed({ outcome: 'not_found', reason: `${where} is empty` }, []);
  }
  if (misses.some((miss: NumberMiss) => miss.outcome !== first.outcome)) {
    return { outcome: 'reports', reports, misses, warnings };
  }
  return failed(
    first,
    misses.map((miss) => miss.trackingNumber),
  );
}

function withoutAnswer(httpStatus: number | null, found: string): ParseOutcome {
  if (httpStatus !== null && httpStatus >= 400) return failed(failureOfStatus(httpStatus), []);
  return unreadable(`${found}; expected shipments, packages, a push or a problem`);
}

function failed(failure: Failure, trackingNumbers: readonly string[]): ParseOutcome {
  return { outcome: failure.outcome, reason: failure.reason, trackingNumbers };
}

function unreadable(reason: string): ParseOutcome {
  return { outcome: 'unreadable', reason, trackingNumbers: [] };
}
