import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import type { NumberMiss, ParseOutcome } from '../contract/contract.ts';
import {
  type AccountFailure,
  type CarrierAnswer,
  failureOf as failureOfCall,
  type HttpAnswer,
  retryAfterOf,
} from '../contract/pull.ts';
import { type AnyBody, anyBody } from './schema.ts';

type Failure = Exclude<ParseOutcome, { outcome: 'reports' }>;
type MissKind = NumberMiss['outcome'];

interface Coded {
  readonly code?: string | undefined;
}

/**
 * The meaning of error codes: those of UPSTrackAlert.yaml's table, and those that public clients
 * have received (TV1002, TW0001, 10401, 10429).
 */
const KIND_BY_CODE: ReadonlyMap<string, MissKind> = new Map([
  ['TW0001', 'not_found'],
  ['250002', 'auth_error'],
  ['250003', 'auth_error'],
  ['251004', 'auth_error'],
  ['10401', 'auth_error'],
  ['UJ0001', 'auth_error'],
  ['10429', 'rate_limited'],
]);

/**
 * The meaning of bare words in place of a coded error: those of RFC 6749 and 6750, and gateways'
 * words for a limit.
 */
const KIND_BY_WORD: ReadonlyMap<string, MissKind> = new Map([
  ['invalid_token', 'auth_error'],
  ['invalid_client', 'auth_error'],
  ['invalid_grant', 'auth_error'],
  ['unauthorized_client', 'auth_error'],
  ['unauthorized', 'auth_error'],
  ['access_denied', 'auth_error'],
  ['rate_limit_exceeded', 'rate_limited'],
  ['too_many_requests', 'rate_limited'],
]);

/** The failure in an error envelope, at any level; null when there is none. */
export function failureOf(body: AnyBody, httpStatus: number | undefined): Failure | null {
  const coded = [...(body.response?.errors ?? []), ...body.errors, body.error].find(
    (error) => error !== null && error !== undefined,
  );
  if (coded === undefined || coded === null) return null;
  const error = typeof coded === 'string' ? { code: undefined } : coded;
  const word = typeof coded === 'string' ? KIND_BY_WORD.get(coded.toLowerCase()) : undefined;
  return {
    outcome: word ?? kindOf(error, httpStatus),
    reason: `UPS error ${error.code ?? 'without a code'}`,
    trackingNumbers: [],
  };
}

/** The failure by HTTP status alone, for a body that says nothing, such as a gateway's page. */
export function failureByStatus(httpStatus: number | undefined): Failure | null {
  if (httpStatus === undefined || httpStatus < 400) return null;
  // Without UPS's own envelope a 404 may come from any gateway, so it says nothing about the
  // parcel.
  const outcome = httpStatus === 404 ? 'error' : kindByStatus(httpStatus);
  return { outcome, reason: `HTTP ${httpStatus} without a readable body`, trackingNumbers: [] };
}

/** Converts a warning that is in the place of a package. */
export function missOf(trackingNumber: string, warning: Coded): NumberMiss {
  return {
    trackingNumber,
    outcome: kindOf(warning, undefined),
    reason: `UPS warning ${warning.code ?? 'without a code'}`,
  };
}

function kindOf(error: Coded, httpStatus: number | undefined): MissKind {
  return KIND_BY_CODE.get(error.code ?? '') ?? kindByStatus(httpStatus ?? 0);
}

/**
 * The meaning of an HTTP status. 403 is a blocked merchant; 404 is documented as "tracking
 * information not found".
 */
function kindByStatus(httpStatus: number): MissKind {
  if (httpStatus === 401 || httpStatus === 403) return 'auth_error';
  if (httpStatus === 404) return 'not_found';
  return httpStatus === 429 ? 'rate_limited' : 'error';
}

type Outcome = AccountFailure['outcome'];

/**
 * The outcomes by code, from the error table of UPS-API/api-documentation `UPSTrackAlert.yaml`;
 * 10429 by its issue 123.
 */
const OUTCOME_BY_CODE: ReadonlyMap<string, Outcome> = new Map([
  ['250002', 'auth_error'],
  ['250003', 'auth_error'],
  ['251004', 'auth_error'],
  ['UJ0001', 'auth_error'],
  ['10429', 'rate_limited'],
]);

/**
 * The wait after a 429, in which UPS names none (issue 123): long enough to avoid the burst that it
 * refused.
 */
const RATE_LIMITED_S = 60;

/**
 * The failure of the account in an answer, or null when it is an answer of the API itself: 2xx, or
 * a 400 or 404 in UPS's own words, which are about the number or the request.
 */
export function accountFailureOf(answer: CarrierAnswer, nowMs: number): AccountFailure | null {
  if (answer.kind !== 'http') return failureOfCall(answer);
  const { status } = answer;
  const code = codeIn(answer);
  const known = OUTCOME_BY_CODE.get(code ?? '');
  if (known === undefined && status >= 200 && status < 300) return null;
  if (known === undefined && (status === 400 || status === 404) && code !== null) return null;
  const outcome = known ?? outcomeByStatus(status, code);
  const waitS = retryAfterOf(answer, nowMs) ?? (outcome === 'rate_limited' ? RATE_LIMITED_S : null);
  return {
    outcome,
    reason: `UPS answered ${status}, ${code ?? 'without a code'}`,
    ...(waitS === null ? {} : { retryAfterS: waitS }),
  };
}

/** The code of UPS's error envelope, at any level; null when there is none. */
export function codeIn({ text }: HttpAnswer): string | null {
  const read = anyBody.safeParse(parseJsonOrNull(text)?.value);
  if (!read.success) return null;
  const { response, errors, error } = read.data;
  const coded = [...(response?.errors ?? []), ...errors, error].find(
    (each) => typeof each === 'object' && each?.code !== undefined,
  );
  return typeof coded === 'object' ? (coded?.code ?? null) : null;
}

/**
 * The outcome of an HTTP status. 403 is a blocked merchant (Tracking.yaml); without UPS's own error
 * it may be any firewall's.
 */
function outcomeByStatus(status: number, code: string | null): Outcome {
  if (status === 401) return 'auth_error';
  if (status === 403 && code !== null) return 'scope_missing';
  return status === 429 ? 'rate_limited' : 'error';
}
