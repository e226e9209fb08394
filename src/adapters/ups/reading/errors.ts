import type { NumberMiss, ParseOutcome } from '../../contract/contract.ts';
import type { AnyBody } from '../schema.ts';

type Failure = Exclude<ParseOutcome, { outcome: 'reports' }>;
type MissKind = NumberMiss['outcome'];

interface Coded {
  readonly code?: string | undefined;
}

/**
 * UPSTrackAlert.yaml's error table, and codes met by public clients (TV1002, TW0001, 10401, 10429).
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

/** Bare words in place of a coded error: RFC 6749 and 6750, and gateways' words for a limit. */
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

/** The failure by HTTP status alone if the body says nothing, e.g. a gateway's page. */
export function failureByStatus(httpStatus: number | undefined): Failure | null {
  if (httpStatus === undefined || httpStatus < 400) return null;
  // Without UPS's own envelope a 404 may come from any gateway, so it says nothing about the
  // parcel.
  const outcome = httpStatus === 404 ? 'error' : kindByStatus(httpStatus);
  return { outcome, reason: `HTTP ${httpStatus} without a readable body`, trackingNumbers: [] };
}

/** A warning in place of a package. */
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

/** 403 is a blocked merchant; 404 is documented as "tracking information not found". */
function kindByStatus(httpStatus: number): MissKind {
  if (httpStatus === 401 || httpStatus === 403) return 'auth_error';
  if (httpStatus === 404) return 'not_found';
  return httpStatus === 429 ? 'rate_limited' : 'error';
}
