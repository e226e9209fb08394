import type { PlaceTime } from '../../kernel/time/place-time.ts';
import { placeTimeFromIso } from '../../kernel/time/zoned-time.ts';
import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import {
  type CarrierReport,
  type NumberMiss,
  type ParseOutcome,
  type Payload,
  requestedNumber,
} from '../contract/contract.ts';
import { isTokenError, readError, readStatus } from './errors.ts';
import { normalize } from './numbers.ts';
import { readDetail } from './report.ts';
import { type Detail, isRecord, type PushEnvelope, schema } from './schema.ts';

/** Limit of elements. v3r2 returns at most 35 numbers; far more is not an answer of theirs. */
const ELEMENTS_MAX = 500;

/**
 * Reads any answer or push: v3 (GET, one number), v3r2 (POST, an array, HTTP 207 when mixed),
 * SUMMARY, the push envelope and every form of error. The shape distinguishes them. Web Tools XML,
 * which ended on 2026-01-25, and its JSON twin of 2022 are unreadable.
 */
export function parse(payload: Payload): ParseOutcome {
  const httpStatus = payload.httpStatus ?? null;
  const body = decode(payload.text);
  if (body === undefined) return unusableBody(httpStatus, 'no JSON');
  const push = schema.push.safeParse(body);
  if (push.success) return readPush(push.data);
  const source =
    payload.kind === 'webhook' ? { asOf: null } : { requested: requestedNumber(payload) };
  return readAnswer(body, httpStatus, source);
}

function readPush({ payload, timestamp, challenge }: PushEnvelope): ParseOutcome {
  const body = decode(payload);
  const isCheck = typeof challenge === 'string';
  if (isCheck && !speaksOfParcel(body)) return SUBSCRIPTION_CHECK;
  if (body === undefined) return unreadable('push envelope whose payload is not JSON');
  const asOf = typeof timestamp === 'string' ? placeTimeFromIso(timestamp) : null;
  return readAnswer(body, null, { asOf: asOf ?? null });
}

/**
 * The outcome of the post that checks the listener when a subscription is created (see
 * `acknowledge`). It has been answered by then, and is about no parcel. As a dead letter it would
 * need a person's attention for each new subscription.
 */
const SUBSCRIPTION_CHECK: ParseOutcome = {
  outcome: 'reports',
  reports: [],
  misses: [],
  warnings: ['the check of a new subscription, about no parcel'],
};

function speaksOfParcel(payload: unknown): boolean {
  return Array.isArray(payload) || (isRecord(payload) && Object.keys(payload).length > 0);
}

type Push = { readonly asOf: PlaceTime | null };
type Pull = { readonly requested: string | undefined };

function readAnswer(body: unknown, httpStatus: number | null, source: Push | Pull): ParseOutcome {
  if (Array.isArray(body)) return readElements(body, source);
  if (!isRecord(body)) return unusableBody(httpStatus, 'neither an object nor an array');
  if (typeof body['error'] === 'string' && isTokenError(body['error'])) {
    return failure({ outcome: 'auth_error', reason: 'the token request was refused' }, []);
  }
  if (isRecord(body['error']) && body['trackingNumber'] === undefined) {
    const error = schema.errorBody.safeParse(body['error']);
    return failure(readError(error.success ? error.data : null, httpStatus), []);
  }
  if (httpStatus !== null && httpStatus >= 400 && body['trackingNumber'] === undefined) {
    return failure(readStatus(httpStatus), []);
  }
  return readElements([wrappedSummary(body) ?? body], source);
}

/**
 * Unwraps SUMMARY as in the example of USPS/api-examples: one sentence, and the number as an
 * attribute. Null for anything else, and for events in the place of the sentence.
 */
function wrappedSummary(body: Readonly<Record<string, unknown>>): unknown {
  const read = schema.wrappedSummary.safeParse(body);
  if (!read.success) return null;
  const { '@ID': trackingNumber, TrackSummary: sentence } = read.data.TrackResults.TrackInfo;
  return { trackingNumber, eventSummaries: [sentence] };
}

/**
 * Reads the elements of an answer. They are distinguished by their own `trackingNumber`, never by
 * position. When none contains an update and all fail alike, that failure is the outcome of the
 * whole.
 */
function readElements(elements: readonly unknown[], source: Push | Pull): ParseOutcome {
  const push = 'requested' in source ? null : source;
  const requested = 'requested' in source && elements.length === 1 ? source.requested : undefined;
  const reports: CarrierReport[] = [];
  const misses: NumberMiss[] = [];
  const warnings: string[] = [];
  if (elements.length > ELEMENTS_MAX) warnings.push(`elements: cut after ${ELEMENTS_MAX}`);
  for (const [i, raw] of elements.slice(0, ELEMENTS_MAX).entries()) {
    const where = elements.length === 1 ? '' : `[${i}]: `;
    const parsed = schema.detail.safeParse(raw);
    const number = parsed.success ? numberOf(parsed.data, requested) : null;
    if (!parsed.success || number === null) {
      warnings.push(`${where}no trackingNumber`);
    } else if (hasFailed(parsed.data)) {
      misses.push({ trackingNumber: number, ...readMiss(parsed.data) });
    } else if (!saysAnything(parsed.data)) {
      warnings.push(`${where}neither events nor status beside the trackingNumber`);
    } else {
      const read = readDetail(number, parsed.data, push);
      if (!isSilent(read.report, parsed.data)) reports.push(read.report);
      warnings.push(...read.warnings.map((warning) => `${where}${warning}`));
    }
  }
  if (reports.length > 0) return { outcome: 'reports', reports, misses, warnings };
  const [first] = misses;
  if (first === undefined) {
    return unreadable(`no tracking answer in it: ${warnings[0] ?? 'an empty array'}`);
  }
  if (misses.some((miss) => miss.outcome !== first.outcome)) {
    return { outcome: 'reports', reports, misses, warnings };
  }
  return failure(
    first,
    misses.map((miss) => miss.trackingNumber),
  );
}

function readMiss(detail: Detail): Omit<NumberMiss, 'trackingNumber'> {
  return readError(detail.error ?? null, Number(detail.statusCode ?? Number.NaN));
}

/**
 * The number of an element. Nearly every object has a `status`, so without a number it takes more
 * to be a tracking answer.
 */
function numberOf(detail: Detail, requested: string | undefined): string | null {
  const number = detail.trackingNumber === null ? '' : normalize(detail.trackingNumber);
  if (number !== '') return number;
  const isTracking = detail.statusCategory !== null || (detail.trackingEvents ?? []).length > 0;
  return isTracking && !hasFailed(detail) ? (requested ?? null) : null;
}

function hasFailed({ error, statusCode }: Detail): boolean {
  return (error ?? null) !== null || Number(statusCode ?? 0) >= 400;
}

function saysAnything(detail: Detail): boolean {
  return [
    detail.trackingEvents,
    detail.eventSummaries,
    detail.status,
    detail.statusCategory,
    detail.statusSummary,
    detail.deliveryDateExpectation,
  ].some((value) => value !== null && value !== undefined);
}

/**
 * Whether a report says nothing: if none of the events could be read, their shape is unknown, and
 * they yield no status.
 */
function isSilent({ facts, snapshot }: CarrierReport, { trackingEvents }: Detail): boolean {
  const hasEvents = (trackingEvents ?? []).length > 0;
  return hasEvents && facts.length === 0 && snapshot.summary === null;
}

/** An error status says enough; any other body without a tracking answer is unreadable. */
function unusableBody(httpStatus: number | null, found: string): ParseOutcome {
  if (httpStatus !== null && httpStatus >= 400) return failure(readStatus(httpStatus), []);
  return unreadable(`${found}; expected a tracking answer or a push envelope`);
}

function failure(
  what: Omit<NumberMiss, 'trackingNumber'>,
  trackingNumbers: readonly string[],
): ParseOutcome {
  return { outcome: what.outcome, reason: what.reason, trackingNumbers };
}

function unreadable(reason: string): ParseOutcome {
  return { outcome: 'unreadable', reason, trackingNumbers: [] };
}

/** Parses a body; undefined when `text` is not JSON. */
function decode(text: string): unknown {
  return parseJsonOrNull(text)?.value;
}
