import { isRecord, parseJsonOrNull } from '../../kernel/wire/loose.ts';
import { xmlOrNull } from '../../kernel/wire/xml.ts';
import {
  type NumberMiss,
  type ParseOutcome,
  type Payload,
  requestedNumber,
} from '../contract/contract.ts';
import { asianAnswer, readAmericas, readAsianAnswer } from './dialects/ecommerce.ts';
import { readMyDhl, readMyDhlXml, xmlWaybills } from './dialects/my-dhl.ts';
import { dataElements, readParcelDeXml } from './dialects/parcel-de-xml.ts';
import {
  DHL24_RESULT,
  dhl24Fault,
  dhl24Result,
  isNlParcel,
  readDhl24,
  readNlParcel,
} from './dialects/parcel-europe.ts';
import {
  distinguishShipments,
  type Failure,
  failureOfStatus,
  type ReadShipment,
  readProblem,
  unusable,
} from './dialects/read-shipment.ts';
import { readUnified } from './dialects/unified.ts';
import { schema } from './schema.ts';

/**
 * Limit of shipments in an answer. MyDHL returns at most 200 numbers a call; far more is not an
 * answer of theirs.
 */
const SHIPMENTS_MAX = 500;

/**
 * Reads any answer or push of any DHL network that DHL documents and offers today: Shipment
 * Tracking – Unified and its push, MyDHL API in JSON and in XML, eCommerce Americas v4 and its
 * webhook, eCommerce Asia, Parcel DE Tracking, Parcel EU of the Netherlands, DHL24 of Poland, and
 * problem+json. They are distinguished by their shape. With an HTTP error status, an unknown shape
 * is a failure by that status; otherwise it is unreadable.
 */
export function parse(payload: Payload): ParseOutcome {
  const httpStatus = payload.httpStatus ?? null;
  const requested = requestedNumber(payload);
  const isPull = payload.kind !== 'webhook';
  const text = payload.text.trimStart();
  if (text.startsWith('<')) return readXml(text, httpStatus, isPull, requested);
  const body = parseJsonOrNull(payload.text)?.value;
  if (Array.isArray(body) && body.length > 0 && body.every(isNlParcel)) {
    return collect(body, 'parcels', requested, (raw, only) => readNlParcel(raw, isPull, only));
  }
  if (!isRecord(body)) return withoutAnswer(httpStatus, 'no JSON object');
  const push = schema.push.safeParse(body);
  if (push.success && push.data.scope.startsWith('subscription.')) {
    return readPush(push.data.scope, push.data.failure?.status ?? null, body);
  }
  const shipments = listOf(body['shipments']);
  if (shipments !== null) return readShipments(shipments, isPull, requested);
  const packages = listOf(body['packages']);
  if (packages !== null) return collect(packages, 'packages', requested, readAmericas);
  const asian = asianAnswer(body);
  if (asian !== null) {
    const read = readAsianAnswer(asian, isPull, requested);
    return 'outcome' in read ? failed(read, []) : gather(read, 'items');
  }
  const problem = readProblem(body, httpStatus);
  if (problem !== null) return failed(problem.failure, problem.trackingNumbers);
  return withoutAnswer(httpStatus, 'an object of another kind');
}

/**
 * Reads a push by its scope. `validate` contains a one-time secret that is never repeated here.
 * Like `ready`, it is understood and about no parcel, which is `not_found`, not broken.
 */
function readPush(
  scope: string,
  failure: string | null,
  body: Record<string, unknown>,
): ParseOutcome {
  const shipments = listOf(body['shipments']);
  if (scope === 'subscription.push' && shipments !== null) {
    return readShipments(shipments, false, undefined);
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
  isPull: boolean,
  requested: string | undefined,
): ParseOutcome {
  return collect(shipments, 'shipments', requested, (raw, only) => {
    if (!isRecord(raw)) return unusable('not an object');
    return 'shipmentTrackingNumber' in raw ? readMyDhl(raw, only) : readUnified(raw, isPull, only);
  });
}

/** Returns a list; an object in place of a list is its only item. Null for anything else. */
function listOf(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  return isRecord(value) ? [value] : null;
}

function readXml(
  text: string,
  httpStatus: number | null,
  isPull: boolean,
  requested: string | undefined,
): ParseOutcome {
  const root = xmlOrNull(text);
  if (root === null) return withoutAnswer(httpStatus, 'no XML that is whole');
  const polish = dhl24Result(root);
  if (polish !== null) return gather([readDhl24(polish, isPull, requested)], DHL24_RESULT);
  const fault = dhl24Fault(root);
  if (fault !== null) return failed(fault, []);
  const waybills = xmlWaybills(root);
  if (waybills?.length === 0) return failed({ outcome: 'error', reason: 'the query failed' }, []);
  if (waybills !== null) return collect(waybills, 'AWBInfo', requested, readMyDhlXml);
  const elements = dataElements(root);
  const answer = elements === null ? null : readParcelDeXml(elements, requested);
  if (answer === null) return withoutAnswer(httpStatus, 'XML of another kind');
  const { failure, shipments } = answer;
  return failure === null ? gather(shipments, 'piece-shipment') : failed(failure, []);
}

/**
 * Reads the shipments of an answer. If there are several without a number, it is unknown which was
 * requested.
 */
function collect<Raw>(
  list: readonly Raw[],
  where: string,
  requested: string | undefined,
  read: (raw: Raw, requested: string | undefined) => ReadShipment,
): ParseOutcome {
  if (list.length > SHIPMENTS_MAX) return unreadable(`${where}: more than ${SHIPMENTS_MAX}`);
  const only = list.length === 1 ? requested : undefined;
  return gather(
    list.map((raw) => read(raw, only)),
    where,
  );
}

/**
 * Combines what was read of an answer. Some networks return an empty list instead of 404.
 */
function gather(shipments: readonly ReadShipment[], where: string): ParseOutcome {
  const reports = distinguishShipments(
    shipments.flatMap(({ report }) => (report === null ? [] : [report])),
  );
  const misses = shipments.flatMap(({ miss }) => (miss === null ? [] : [miss]));
  const warnings = shipments.flatMap((shipment, i) =>
    shipment.warnings.map((warning) => `${where}[${i}]: ${warning}`),
  );
  const named = misses.filter((miss) => miss.trackingNumber !== '');
  if (reports.length > 0) return { outcome: 'reports', reports, misses: named, warnings };
  const [first] = misses;
  if (first === undefined) {
    if (shipments.length > 0) return unreadable(warnings[0] ?? `${where}: nothing readable`);
    return failed({ outcome: 'not_found', reason: `${where} is empty` }, []);
  }
  if (misses.some((miss: NumberMiss) => miss.outcome !== first.outcome)) {
    return { outcome: 'reports', reports, misses: named, warnings };
  }
  return failed(
    first,
    named.map((miss) => miss.trackingNumber),
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
