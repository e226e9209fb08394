import type { NumberMiss, ParseOutcome } from '../../contract/contract.ts';
import { BURST_WINDOW_S } from '../limits.ts';
import type { ApiError, TrackAnswer } from '../schema.ts';

type Failure = Exclude<ParseOutcome, { outcome: 'reports' }>;
type MissKind = NumberMiss['outcome'];

/**
 * FedEx's error codes (response examples of the Track API description). `NOT.FOUND.ERROR` is a
 * missing resource, hence our fault and no word about the parcel.
 */
const KIND_BY_CODE: ReadonlyMap<string, MissKind> = new Map([
  ['TRACKING.TRACKINGNUMBER.NOTFOUND', 'not_found'],
  ['TRACKING.DATA.NOTFOUND', 'not_found'],
  ['NOT.AUTHORIZED.ERROR', 'auth_error'],
  ['FORBIDDEN.ERROR', 'auth_error'],
  ['TOO.MANY.REQUESTS', 'rate_limited'],
]);

/**
 * Codes of gateways and of services in between, which express the same in other letters. A missing
 * resource is not included.
 */
const KIND_BY_WORDING: readonly (readonly [wording: RegExp, kind: MissKind])[] = [
  [/^TRACKING(?:NUMBER)?\..*NOT\.?FOUND$/, 'not_found'],
  [/RATE\.LIMIT|TOO\.MANY|THROTTL|QUOTA/, 'rate_limited'],
  [/^(?:UNAUTHORI[SZ]ED|NOT\.AUTHORI[SZ]ED|FORBIDDEN|INVALID\.TOKEN)(?:\.|$)/, 'auth_error'],
];

/** The failure in an answer without results, or null when there is none. */
export function failureOf(answer: TrackAnswer, httpStatus: number | undefined): Failure | null {
  const error = answer.errors.find((item) => item !== null);
  if (error) return failure(error, httpStatus, 'error');
  const alert = answer.output?.alerts.find((item) => KIND_BY_CODE.has(item?.code ?? ''));
  if (alert) return failure(alert, httpStatus, 'alert');
  if (!isTokenError(answer.error ?? '')) return null;
  return { outcome: 'auth_error', reason: 'the token endpoint refused', trackingNumbers: [] };
}

/** Of the token endpoint, and of a refused token (RFC 6749, 6750): credentials, not the request. */
const TOKEN_ERRORS = [
  'INVALID.CLIENT',
  'INVALID.GRANT',
  'INVALID.SCOPE',
  'INSUFFICIENT.SCOPE',
  'UNAUTHORIZED.CLIENT',
];

/** The meaning of a bare `error`; machines in between write others there ("server"). */
function isTokenError(error: string): boolean {
  return TOKEN_ERRORS.includes(dottedOf(error)) || kindByCode(error) === 'auth_error';
}

/** The failure by HTTP status alone if the body says nothing, e.g. a gateway's page. */
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

function failure(error: ApiError, httpStatus: number | undefined, word: string): Failure {
  const outcome = kindOf(error, httpStatus);
  const plain = { outcome, reason: describe(error, word), trackingNumbers: [] };
  if (outcome !== 'rate_limited') return plain;
  // The code is unverified and the same for both limits; only the text distinguishes them. The
  // day's ends at midnight GMT, which needs a clock.
  if (/daily|quota/i.test(error.message ?? '')) {
    return { ...plain, reason: `${plain.reason}: the daily quota, until 00:00 GMT` };
  }
  return { ...plain, retryAfterS: BURST_WINDOW_S };
}

function describe(error: ApiError, word: string): string {
  return `FedEx ${word} ${error.code ?? 'without a code'}`;
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
