import { type AccountFailure, type HttpAnswer, retryAfterOf } from '../../contract/pull.ts';
import { readError } from '../reading/errors.ts';
import { type ErrorBody, isRecord, schema } from '../schema.ts';

/** The meaning of a failure: about the requested number, or about the account. */
export type Failure = NumberFailure | AccountFailure;

export interface NumberFailure {
  readonly outcome: 'not_found' | 'not_yet' | 'refused';
  readonly reason: string;
}

export function isAboutNumber(failure: Failure): failure is NumberFailure {
  return (
    failure.outcome === 'not_found' ||
    failure.outcome === 'not_yet' ||
    failure.outcome === 'refused'
  );
}

/**
 * Entries of the error inventory's "Tracking" sheet that no later call can change: ids of notices
 * and of pickups are no parcels, and two kinds of parcel are withheld for good.
 */
const REFUSED = /^(?:150006|150007|150008|150011|150012)$/;

/**
 * The meaning of an error body. A 403 is access control over one parcel (since April 2026 those of
 * other mailers are visible to few accounts), so it only ends the polling of that number.
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

/** Both wordings are how USPS says that the scope is missing (USPS/api-examples issues 56, 88). */
const SCOPE = /oauth scope|client application identifier/i;

function readUnauthorized(error: ErrorBody | null): AccountFailure {
  const words = [error?.message, ...(error?.errors ?? []).map((item) => item?.title)];
  if (words.some((text) => text === 'invalid_oauth_scope' || SCOPE.test(text ?? ''))) {
    return { outcome: 'scope_missing', reason: 'the application lacks the scope for it (401)' };
  }
  return { outcome: 'auth_error', reason: 'the token was refused (401)' };
}

/**
 * The failure of an answer as a whole, `body` being its decoded text (undefined: no JSON); null
 * when it contains an answer. Only USPS itself can speak of a number: an error page of a machine in
 * between, with any status, is a mere error.
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
