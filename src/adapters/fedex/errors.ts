import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import type { NumberMiss, ParseOutcome } from '../contract/contract.ts';
import {
  type AccountFailure,
  type CarrierAnswer,
  failureOf as failureOfCall,
  type HttpAnswer,
  retryAfterOf,
  waitRequestedBy,
} from '../contract/pull.ts';
import { type ApiError, type TrackAnswer, trackAnswer } from './schema.ts';

type Failure = Exclude<ParseOutcome, { outcome: 'reports' }>;
type MissKind = NumberMiss['outcome'];

/**
 * The meaning of FedEx's error codes (response examples of the Track API description).
 * `NOT.FOUND.ERROR` is a missing resource: that is our fault, and says nothing about the parcel.
 */
const KIND_BY_CODE: ReadonlyMap<string, MissKind> = new Map([
  ['TRACKING.TRACKINGNUMBER.NOTFOUND', 'not_found'],
  ['TRACKING.DATA.NOTFOUND', 'not_found'],
  ['NOT.AUTHORIZED.ERROR', 'auth_error'],
  ['FORBIDDEN.ERROR', 'auth_error'],
  ['TOO.MANY.REQUESTS', 'rate_limited'],
]);

/**
 * The meaning of codes of gateways and other services in between, which express the same in other
 * words. A missing resource is not included.
 */
const KIND_BY_WORDING: readonly (readonly [wording: RegExp, kind: MissKind])[] = [
  [/^TRACKING(?:NUMBER)?\..*NOT\.?FOUND$/, 'not_found'],
  [/RATE\.LIMIT|TOO\.MANY|THROTTL|QUOTA/, 'rate_limited'],
  [/^(?:UNAUTHORI[SZ]ED|NOT\.AUTHORI[SZ]ED|FORBIDDEN|INVALID\.TOKEN)(?:\.|$)/, 'auth_error'],
];

/** The failure in an answer without results; null when there is none. */
export function failureOf(answer: TrackAnswer, httpStatus: number | undefined): Failure | null {
  const error = answer.errors.find((item) => item !== null);
  if (error) return failureFrom(error, httpStatus, 'error');
  const alert = answer.output?.alerts.find((item) => KIND_BY_CODE.has(item?.code ?? ''));
  if (alert) return failureFrom(alert, httpStatus, 'alert');
  if (!isTokenError(answer.error ?? '')) return null;
  return { outcome: 'auth_error', reason: 'the token endpoint refused', trackingNumbers: [] };
}

/**
 * Errors of the token endpoint, and of a refused token (RFC 6749, 6750): they concern credentials,
 * not the request.
 */
const TOKEN_ERRORS = [
  'INVALID.CLIENT',
  'INVALID.GRANT',
  'INVALID.SCOPE',
  'INSUFFICIENT.SCOPE',
  'UNAUTHORIZED.CLIENT',
];

/**
 * Whether a bare `error` concerns the credentials. Machines in between write other texts there
 * ("server").
 */
function isTokenError(error: string): boolean {
  return TOKEN_ERRORS.includes(dottedOf(error)) || kindByCode(error) === 'auth_error';
}

/** The failure by HTTP status alone, for a body that says nothing, such as a gateway's page. */
export function failureByStatus(httpStatus: number | undefined): Failure | null {
  if (httpStatus === undefined || httpStatus < 400) return null;
  const kind = kindByStatus(httpStatus);
  return {
    outcome: kind,
    reason: `HTTP ${httpStatus} without a readable body`,
    trackingNumbers: [],
  };
}

/** The error of one number in an answer that is otherwise good (HTTP 200). */
export function missOf(trackingNumber: string, error: ApiError): NumberMiss {
  return { trackingNumber, outcome: kindOf(error, undefined), reason: describe(error, 'error') };
}

function failureFrom(error: ApiError, httpStatus: number | undefined, label: string): Failure {
  const outcome = kindOf(error, httpStatus);
  const plain = { outcome, reason: describe(error, label), trackingNumbers: [] };
  if (outcome !== 'rate_limited') return plain;
  // Both limits have the same (unverified) code; only the message text distinguishes them. The daily
  // quota resets at midnight GMT, so its wait cannot be computed without a clock.
  if (/daily|quota/i.test(error.message ?? '')) {
    return { ...plain, reason: `${plain.reason}: the daily quota, until 00:00 GMT` };
  }
  return { ...plain, retryAfterS: BURST_WINDOW_S };
}

function describe(error: ApiError, label: string): string {
  return `FedEx ${label} ${error.code ?? 'without a code'}`;
}

function kindOf(error: ApiError, httpStatus: number | undefined): MissKind {
  return kindByCode(error.code ?? '') ?? kindByStatus(httpStatus ?? 0);
}

function kindByCode(code: string): MissKind | undefined {
  const dotted = dottedOf(code);
  const alike = KIND_BY_WORDING.find(([wording]) => wording.test(dotted));
  return KIND_BY_CODE.get(code) ?? alike?.[1];
}

function dottedOf(code: string): string {
  return code.toUpperCase().replace(/[_\s-]+/g, '.');
}

function kindByStatus(httpStatus: number): MissKind {
  if (httpStatus === 401 || httpStatus === 403) return 'auth_error';
  return httpStatus === 429 ? 'rate_limited' : 'error';
}

type Outcome = AccountFailure['outcome'];

/**
 * The outcomes by error code, from the response examples of FedEx's API descriptions. The code of
 * the 429s is unverified.
 */
const OUTCOME_BY_CODE: ReadonlyMap<string, Outcome> = new Map([
  ['NOT.AUTHORIZED.ERROR', 'auth_error'],
  ['FORBIDDEN.ERROR', 'scope_missing'],
  ['TOO.MANY.REQUESTS', 'rate_limited'],
]);

/**
 * The failure of the account in an answer, or null when it is an answer of the API itself: 2xx, or
 * a 400 whose code is about tracking.
 */
export function accountFailureOf(answer: CarrierAnswer, nowMs: number): AccountFailure | null {
  if (answer.kind !== 'http') return failureOfCall(answer);
  const error = errorIn(answer);
  const code = error?.code;
  const known = OUTCOME_BY_CODE.get(code ?? '');
  if (known === undefined && answer.status >= 200 && answer.status < 300) return null;
  if (trackingCodeOf(answer) !== null) return null;
  const outcome = known ?? outcomeByStatus(answer.status, code);
  const reason = `FedEx answered ${answer.status}, ${code ?? 'without a code'}`;
  if (outcome === 'rate_limited') return rateLimited(answer, error, reason, nowMs);
  return { outcome, reason, ...waitRequestedBy(answer, nowMs) };
}

/**
 * The code `TRACKING.…` of a 400 or 404; null otherwise. It means that the request was read, and
 * something in it does not belong to a parcel.
 */
export function trackingCodeOf(answer: HttpAnswer): string | null {
  const code = answer.status === 400 || answer.status === 404 ? errorIn(answer)?.code : undefined;
  return code?.startsWith('TRACKING.') ? code : null;
}

/**
 * The code of a 400 about the requested number, not about the account or its rate; null otherwise.
 */
export function requestCodeOf(answer: HttpAnswer): string | null {
  const code = answer.status === 400 ? (errorIn(answer)?.code ?? null) : null;
  return code === null || OUTCOME_BY_CODE.has(code) ? null : code;
}

function errorIn({ text }: HttpAnswer): ApiError | null {
  const read = trackAnswer.safeParse(parseJsonOrNull(text)?.value);
  return read.success ? (read.data.errors.find((error) => error !== null) ?? null) : null;
}

/**
 * The outcome of an HTTP status. A 403 without an error of FedEx's own may be any firewall's, and
 * says nothing about the credentials.
 */
function outcomeByStatus(status: number, code: string | undefined): Outcome {
  if (status === 401) return 'auth_error';
  if (status === 403 && code !== undefined) return 'scope_missing';
  return status === 429 ? 'rate_limited' : 'error';
}

/**
 * The failure of a 429. Both limits have one code, so that only the text distinguishes the day's
 * from the burst's.
 */
function rateLimited(
  answer: HttpAnswer,
  error: ApiError | null,
  reason: string,
  nowMs: number,
): AccountFailure {
  const isDaily = /daily|quota/i.test(error?.message ?? '');
  const retryAfterS =
    retryAfterOf(answer, nowMs) ?? (isDaily ? toMidnightGmtS(nowMs) : BURST_WINDOW_S);
  const limit = isDaily ? 'the quota of the day' : 'too many in a short time';
  return { outcome: 'rate_limited', reason: `${reason}: ${limit}`, retryAfterS };
}

const DAY_MS = 86_400_000;

function toMidnightGmtS(nowMs: number): number {
  return Math.ceil((DAY_MS - (nowMs % DAY_MS)) / 1_000);
}

/** The figures of FedEx's guide to quotas and rate limits that more than one file needs. */

/** Numbers in one track request (Track API description). */
export const BATCH_MAX = 30;
/** The window of the burst limit: until it ends, every call is answered 429. */
export const BURST_WINDOW_S = 10;
/**
 * The seconds for which too many token calls are answered with 403; each further call starts them
 * anew.
 */
export const TOKEN_PENALTY_S = 600;
/** Numbers in one asynchronous request of Tracking Number Subscription. */
export const SUBSCRIBE_MAX = 1_000;
