import type { ParseOutcome } from '../../contract/contract.ts';
import type { ErrorBody } from '../schema.ts';

type Failure = Exclude<ParseOutcome, { outcome: 'reports' }>['outcome'];
export interface ReadFailure {
  readonly outcome: Exclude<Failure, 'unreadable'>;
  readonly reason: string;
}

/**
 * Codes of the "Tracking" sheet of the USPS error inventory, under the number that begins the
 * old message where there is one. A 400 is how USPS says "not found" and "not yet".
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
 * What an error body means. `status` is the element's own `statusCode`, the body's `code`, or
 * the HTTP status, whichever is known. The carrier's message is not repeated: it may hold the
 * number or an address.
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

/** Meaning of a bare HTTP status, for answers whose body says nothing. */
export function readStatus(status: number): ReadFailure {
  if (status === 401) return { outcome: 'auth_error', reason: 'token or tracking scope refused' };
  if (status === 403) return { outcome: 'auth_error', reason: 'not entitled to this number' };
  if (status === 404) return notFound('number unknown (404)');
  if (status === 429) return { outcome: 'rate_limited', reason: 'hourly quota used up (429)' };
  const shown = Number.isNaN(status) ? 'without a status' : String(status);
  return { outcome: 'error', reason: `carrier answered an error ${shown}` };
}

/** Of the token end point, and of a refused token (RFC 6749, 6750): credentials, not the request. */
const TOKEN_ERRORS = [
  'invalid_client',
  'invalid_grant',
  'invalid_scope',
  'invalid_token',
  'insufficient_scope',
  'unauthorized',
  'unauthorized_client',
];

/** The meaning of a bare `error`; machines in between write others there ("server"). */
export function isTokenError(error: string): boolean {
  return TOKEN_ERRORS.includes(error.trim().toLowerCase());
}

function notYet(reason: string): ReadFailure {
  return { outcome: 'not_yet', reason };
}

function notFound(reason: string): ReadFailure {
  return { outcome: 'not_found', reason };
}
