import type { ParseOutcome } from 'waybill/adapter';
import type { WireError } from './schema.ts';

type Failure = Extract<ParseOutcome, { readonly trackingNumbers: readonly string[] }>;

/** What the messages in "Track API Request" and "API Errors" mean. */
const MEANINGS: readonly (readonly [RegExp, Failure['outcome'], string])[] = [
  [/^Rate limit is exceeded/, 'rate_limited', 'more than 300 requests within a minute'],
  [/^(No shipment found|Could not find shipment)/, 'not_found', 'no such shipment'],
  [/^No data available for shipment/, 'not_yet', 'a shipment without data'],
  [
    /^(Login name not|Password not|Required element Login|The username\/password|Failure auth)/,
    'auth_error',
    'the user name or the password is wrong',
  ],
  [
    /^(Unable to (authenticate|determine desired)|Client |Request is missing client|User \[?)/,
    'auth_error',
    'the user or the client has no access',
  ],
];
const SECONDS = /Retry after (\d{1,4}) seconds/;

/** The outcome of an answer with `Error` elements; null if there are none. */
export function failureOf(errors: readonly (WireError | null)[]): Failure | null {
  const [error] = errors;
  if (error === undefined || error === null) return null;
  const { ErrorCode: code = '', ErrorMessage: message = '' } = error;
  const known = MEANINGS.find(([pattern]) => pattern.test(message));
  const byCode = { rate_limit: 'rate_limited', Login: 'auth_error' } as const;
  const outcome =
    known?.[1] ?? (code === 'rate_limit' || code === 'Login' ? byCode[code] : 'error');
  const waitS = SECONDS.exec(message)?.[1];
  return {
    outcome,
    reason: known?.[2] ?? 'an error of the Track API',
    trackingNumbers: [],
    ...(outcome === 'rate_limited' && waitS !== undefined ? { retryAfterS: Number(waitS) } : {}),
  };
}
