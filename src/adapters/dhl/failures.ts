import { jsonOrNull } from '../../kernel/wire/loose.ts';
import {
  type AccountFailure,
  type CarrierAccess,
  type CarrierAnswer,
  failureOf,
  type HttpAnswer,
  type VerifyOutcome,
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
  const isProblem = readProblem(jsonOrNull(answer.text)?.value, status) !== null;
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

/** MyDHL API (Express), with credentials of its own: HTTP Basic. */
export const MY_DHL_ORIGIN = 'https://express.api.dhl.com';

/** Location Finder – Unified: production only, on another host than tracking. */
export const LOCATION_FINDER_ORIGIN = 'https://api.dhl.com';

/**
 * Access to Shipment Tracking – Unified and its push: the consumer key of an app, without its
 * secret (OpenAPI 1.3.1, read 2026-11-20). The key is never sent to MyDHL, nor MyDHL's password to
 * Unified.
 */
export const access: CarrierAccess = {
  credentials: [
    { name: 'api_key', label: 'API Key (consumer key)', secret: true, required: true },
    {
      name: 'location_api_key',
      label: 'API Key of an app with Location Finder – Unified, where it is another',
      secret: true,
      required: false,
    },
    { name: 'mydhl_username', label: 'MyDHL API username', secret: false, required: false },
    { name: 'mydhl_password', label: 'MyDHL API password', secret: true, required: false },
  ],
  origins: {
    production: 'https://api-eu.dhl.com',
    test: 'https://api-sandbox.dhl.com',
    others: [MY_DHL_ORIGIN, LOCATION_FINDER_ORIGIN],
  },
  headers(credentials, _token, origin): Readonly<Record<string, string>> {
    const { api_key: key = '', location_api_key: locationKey = '' } = credentials;
    if (origin === LOCATION_FINDER_ORIGIN) return { 'dhl-api-key': locationKey || key };
    if (origin !== MY_DHL_ORIGIN) return { 'dhl-api-key': key };
    const { mydhl_username: name = '', mydhl_password: password = '' } = credentials;
    const basic = Buffer.from(`${name}:${password}`, 'utf8').toString('base64');
    return { authorization: `Basic ${basic}` };
  },
  // No parcel has that number: a valid key is answered with 404, and one call of the day is spent.
  verify: {
    request: () => ({ method: 'GET', path: '/track/shipments?trackingNumber=0000000000' }),
    read: readVerdict,
  },
};

function readVerdict(answer: HttpAnswer): VerifyOutcome {
  const nowMs = Date.parse(answer.headers['date'] ?? '');
  const read = readAnswer({ kind: 'http', ...answer }, nowMs);
  if (read.ok || isAboutRequest(read.failure)) return { outcome: 'accepted' };
  const { outcome, ...said } = read.failure;
  return { outcome: outcome === 'unsent' ? 'error' : outcome, ...said };
}
