import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import {
  type AccountFailure,
  type CarrierAnswer,
  failureOf,
  type HttpAnswer,
  waitRequestedBy,
} from '../contract/pull.ts';
import { readProblem } from './dialects/read-shipment.ts';

/**
 * A failure of a request. `refused`: DHL rejected this particular request, for whatever reason; the
 * account itself may be fine.
 */
export type Failure =
  | { readonly outcome: 'not_found' | 'refused'; readonly reason: string }
  | AccountFailure;

/**
 * Returns the answer if there is one, or the failure. DHL answers 401 both for a wrong key and for
 * a product that is not added to the app. A 404 means `not_found` only if DHL itself sends it, in a
 * problem body; a 404 from a proxy in between is an error. A 429 has no reliable Retry-After.
 */
export function readAnswer(
  answer: CarrierAnswer,
  nowMs: number,
):
  | { readonly ok: true; readonly answer: HttpAnswer }
  | { readonly ok: false; readonly failure: Failure } {
  if (answer.kind !== 'http') {
    const failure = failureOf(answer) ?? { outcome: 'error', reason: 'no usable answer' };
    return { ok: false, failure };
  }
  if (answer.status >= 200 && answer.status <= 299) return { ok: true, answer };
  return { ok: false, failure: failureOfStatus(answer, nowMs) };
}

/** Whether a failure is about this request, and not about the account or the carrier. */
export function isAboutRequest(
  failure: Failure,
): failure is Extract<Failure, { outcome: 'not_found' | 'refused' }> {
  return failure.outcome === 'not_found' || failure.outcome === 'refused';
}

function failureOfStatus(answer: HttpAnswer, nowMs: number): Failure {
  const { status } = answer;
  const wait = waitRequestedBy(answer, nowMs);
  const isProblem = readProblem(parseJsonOrNull(answer.text)?.value, status) !== null;
  if (status === 401) {
    const reason = 'the key was refused, or the product is not added to its app (401)';
    return { outcome: 'auth_error', reason };
  }
  if (status === 403) {
    return { outcome: 'scope_missing', reason: 'the app lacks approval for this product (403)' };
  }
  if (status === 429) return { outcome: 'rate_limited', reason: 'too many calls (429)', ...wait };
  if (status === 404 && isProblem) return { outcome: 'not_found', reason: 'no result found (404)' };
  if (status >= 400 && status < 500 && isProblem) {
    return { outcome: 'refused', reason: `the request was refused (${status})` };
  }
  return { outcome: 'error', reason: `answered ${status}`, ...wait };
}
