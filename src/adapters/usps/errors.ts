import type { ParseOutcome } from '../contract/contract.ts';
import { type AccountFailure, type HttpAnswer, retryAfterOf } from '../contract/pull.ts';
import { type ErrorBody, isRecord, schema } from './schema.ts';

type FailedOutcome = Exclude<ParseOutcome, { outcome: 'reports' }>['outcome'];
interface ReadFailure {
  readonly outcome: Exclude<FailedOutcome, 'unreadable'>;
  readonly reason: string;
}

/**
 * The meaning of codes of the "Tracking" sheet of the USPS error inventory, by the number that
 * begins the old message if there is one. USPS says "not found" and "not yet" with a 400.
 */
const BY_CODE: Readonly<Record<string, ReadFailure>> = {
  '12': notYet('label known, no scan yet (12)'),
  '16': notYet('dropped off, no scan yet (16)'),
  '7': notFound('number wrong or not scanned yet (7)'),
  '4': notFound('status not available (4)'),
  '150001': notYet('label known, no scan yet (150001)'),
  '150002': notFound('number wrong or not scanned yet (150002)'),
  '150003': notYet('dropped off, no scan yet (150003)'),
  '150004': notFound('status not available (150004)'),
  '150005': notYet('no scan yet (150005)'),
  '150006': notFound('a delivery notice number, not a parcel (150006)'),
  '150007': notFound('a delivery notice number, not a parcel (150007)'),
  '150008': notFound('tracking is withheld for that country (150008)'),
  '150009': notYet('no scan yet (150009)'),
  '150010': notFound('may belong to another carrier (150010)'),
  '150011': notFound('a pickup number, not a parcel (150011)'),
  '150012': notFound('hidden by the carrier (150012)'),
  '150013': notYet('no scan yet (150013)'),
};

/**
 * Reads what an error body means. `status` is the element's own `statusCode`, the body's `code`, or
 * the HTTP status, whichever is known. The carrier's message is not repeated, because it may
 * contain the number or an address.
 */
export function readError(error: ErrorBody | null, httpStatus: number | null): ReadFailure {
  const status = Number(error?.code ?? httpStatus ?? Number.NaN);
  const keys = [
    ...(error?.errors ?? []).flatMap((item) => [item?.code, item?.title]),
    /^\s*(\d{1,2}):/.exec(error?.message ?? '')?.[1],
  ];
  if (status === 400 || status === 404 || Number.isNaN(status)) {
    const code = keys.find((key) => key && Object.hasOwn(BY_CODE, key));
    const known = BY_CODE[code ?? ''];
    if (known !== undefined) return known;
  }
  return readStatus(status);
}

/** The meaning of an HTTP status alone, for answers whose body says nothing. */
export function readStatus(status: number): ReadFailure {
  if (status === 401) return { outcome: 'auth_error', reason: 'token or tracking scope refused' };
  if (status === 403) return { outcome: 'auth_error', reason: 'not entitled to this number' };
  if (status === 404) return notFound('number unknown (404)');
  if (status === 429) return { outcome: 'rate_limited', reason: 'hourly quota used up (429)' };
  const shown = Number.isNaN(status) ? 'without a status' : String(status);
  return { outcome: 'error', reason: `carrier answered an error ${shown}` };
}

/**
 * Errors of the token endpoint, and of a refused token (RFC 6749, 6750): they concern credentials,
 * not the request.
 */
const TOKEN_ERRORS = [
  'invalid_client',
  'invalid_grant',
  'invalid_scope',
  'invalid_token',
  'insufficient_scope',
  'unauthorized',
  'unauthorized_client',
];

/**
 * Whether a bare `error` concerns the credentials. Machines in between write other texts there
 * ("server").
 */
export function isTokenError(error: string): boolean {
  return TOKEN_ERRORS.includes(error.trim().toLowerCase());
}

function notYet(reason: string): ReadFailure {
  return { outcome: 'not_yet', reason };
}

function notFound(reason: string): ReadFailure {
  return { outcome: 'not_found', reason };
}

/** A failure: of the requested number, or of the account. */
export type Failure = NumberFailure | AccountFailure;

interface NumberFailure {
  readonly outcome: 'not_found' | 'not_yet' | 'refused';
  readonly reason: string;
}

/** Whether a failure is about the requested number, and not about the account. */
export function isAboutNumber(failure: Failure): failure is NumberFailure {
  return (
    failure.outcome === 'not_found' ||
    failure.outcome === 'not_yet' ||
    failure.outcome === 'refused'
  );
}

/**
 * Codes of the error inventory's "Tracking" sheet that no later call can change: ids of notices and
 * of pickups are no parcels, and two kinds of parcel are withheld for good.
 */
const REFUSED = /^(?:150006|150007|150008|150011|150012)$/;

/**
 * Reads the meaning of an error body. A 403 is access control over one parcel (since April 2026
 * those of other mailers are visible to few accounts), so it only ends the polling of that number.
 */
export function readFailure(
  error: ErrorBody | null,
  httpStatus: number | null,
  retryAfterS: number | null = null,
): Failure {
  const status = Number(error?.code ?? httpStatus ?? Number.NaN);
  if (status === 401) return readUnauthorized(error);
  if (status === 403) return { outcome: 'refused', reason: 'not entitled to this number (403)' };
  const { outcome, reason } = readError(error, httpStatus);
  if (outcome === 'not_yet') return { outcome, reason };
  if (outcome === 'not_found') {
    const refused = error?.errors?.some((item) => REFUSED.test(item?.code ?? '')) ?? false;
    return { outcome: refused ? 'refused' : outcome, reason };
  }
  return { outcome, reason, ...(retryAfterS === null ? {} : { retryAfterS }) };
}

/** Two wordings by which USPS says that the scope is missing (USPS/api-examples issues 56, 88). */
const SCOPE = /oauth scope|client application identifier/i;

function readUnauthorized(error: ErrorBody | null): AccountFailure {
  const words = [error?.message, ...(error?.errors ?? []).map((item) => item?.title)];
  if (words.some((text) => text === 'invalid_oauth_scope' || SCOPE.test(text ?? ''))) {
    return { outcome: 'scope_missing', reason: 'the application lacks the scope for it (401)' };
  }
  return { outcome: 'auth_error', reason: 'the token was refused (401)' };
}

/**
 * The failure of an answer as a whole; null when it contains an answer. `body` is its decoded text
 * (undefined: no JSON). Only USPS itself can say anything about a number: an error page of a
 * machine in between, with any status, is just an error.
 */
export function failureOfAnswer(answer: HttpAnswer, body: unknown, nowMs: number): Failure | null {
  const { status } = answer;
  const ok = status >= 200 && status <= 299;
  const afterS = retryAfterOf(answer, nowMs);
  if (isRecord(body) && body['trackingNumber'] === undefined) {
    if (typeof body['error'] === 'string') {
      return { outcome: 'auth_error', reason: 'the token was refused' };
    }
    if (isRecord(body['error'])) {
      const error = schema.errorBody.safeParse(body['error']);
      return readFailure(error.success ? error.data : null, ok ? null : status, afterS);
    }
  }
  if (ok) return null;
  const failure = readFailure(null, status, afterS);
  if (!isAboutNumber(failure)) return failure;
  return { outcome: 'error', reason: `answered ${status} without an error body of the carrier` };
}
