import { definedOnly } from '../../../kernel/defined-only.ts';
import {
  formOf,
  jsonAnswer,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
} from '../../sandbox-kit/index.ts';

/**
 * The error bodies of FedEx's own API descriptions; the texts of 429 are from its guide to rate
 * limits.
 */
const ERRORS = {
  empty: [400, 'TRACKING.TRACKINGNUMBER.EMPTY', 'Please provide tracking number.'],
  malformed: [
    400,
    'INVALID.INPUT.EXCEPTION',
    'Validation failed for object. Please check the request and try again.',
  ],
  tooMany: [
    400,
    'TRACKING.MULTISTATUS.LIMIT',
    'The maximum number of tracking numbers has been exceeded.',
  ],
  unknownNumber: [
    400,
    'TRACKING.TRACKINGNUMBER.NOTFOUND',
    'Tracking number cannot be found. Please correct the tracking number and try again.',
  ],
  noDocument: [400, 'TRACKING.DATA.NOTFOUND', 'Tracking data unavailable'],
  noLongLat: [400, 'ERROR.LONGLAT.REQUIRED', 'Longitude and Latitude are required.'],
  // It is documented that one of them is required, but not the code of the error without it.
  noPlace: [400, 'ERROR.ADDRESS.REQUIRED', 'City or postal code is required.'],
  unauthorized: [
    401,
    'NOT.AUTHORIZED.ERROR',
    'Access token expired. Please modify your request and try again.',
  ],
  badClient: [
    401,
    'NOT.AUTHORIZED.ERROR',
    'The given client credentials were not valid. Please modify your request and try again.',
  ],
  forbidden: [
    403,
    'FORBIDDEN.ERROR',
    'We could not authorize your credentials. Please check your permissions and try again.',
  ],
  notFound: [
    404,
    'NOT.FOUND.ERROR',
    'The resource you requested is no longer available. Please modify your request and try again.',
  ],
  burst: [
    429,
    'TOO.MANY.REQUESTS',
    'We have received too many requests in a short duration. Please wait a while to try again.',
  ],
  quota: [429, 'TOO.MANY.REQUESTS', 'Daily transaction quota exceeded. Retry after 12:00AM GMT'],
  internal: [
    500,
    'INTERNAL.SERVER.ERROR',
    'We encountered an unexpected error and are working to resolve the issue. We apologize for any inconvenience. Please check back at a later time.',
  ],
  unavailable: [
    503,
    'SERVICE.UNAVAILABLE.ERROR',
    'The service is currently unavailable and we are working to resolve the issue. We apologize for any inconvenience. Please check back at a later time.',
  ],
} as const;

/**
 * The answer to an error. FedEx documents no header with a wait, neither `Retry-After` nor
 * `X-RateLimit-*`.
 */
export function errorAnswer(
  error: keyof typeof ERRORS,
  request: SandboxRequest,
  world: SandboxWorld,
): SandboxAnswer {
  const [status, code, message] = ERRORS[error];
  return jsonAnswer(status, { ...envelope(request, world), errors: [{ code, message }] });
}

/** The members with which every answer begins. */
export function envelope(request: SandboxRequest, world: SandboxWorld) {
  const customerTransactionId = request.headers['x-customer-transaction-id'];
  return {
    transactionId: transactionId(world.newId()),
    ...definedOnly({ customerTransactionId }),
  };
}

export function transactionId(hex: string): string {
  const part = (from: number, to: number) => hex.slice(from, to);
  return [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join('-');
}

/**
 * Seconds until a token expires (FedEx Authorization API): an hour, and there is no refresh token.
 */
const TOKEN_LIFE_S = 3_600;
const GRANTS = ['client_credentials', 'csp_credentials', 'client_pc_credentials'];

/**
 * Answers `POST /oauth/token`; the credentials are in the form. Above its threshold the endpoint
 * answers 403 to every client at that address for ten minutes, and each further call starts them
 * anew: that 403 means throttling and says nothing about the credentials (guide to quotas and rate
 * limits).
 */
export function answerToken(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  if (request.method !== 'POST') return errorAnswer('notFound', request, world);
  if (!world.spend('token', 'address').ok) return errorAnswer('forbidden', request, world);
  const form = formOf(request);
  const [id, secret] = [form.get('client_id') ?? '', form.get('client_secret') ?? ''];
  const isForm = (request.headers['content-type'] ?? '').startsWith(
    'application/x-www-form-urlencoded',
  );
  if (!isForm || !GRANTS.includes(form.get('grant_type') ?? '')) {
    return errorAnswer('malformed', request, world);
  }
  const state = world.credentials(id, secret);
  if (id === '' || secret === '' || state === 'wrong') {
    return errorAnswer('badClient', request, world);
  }
  return jsonAnswer(200, {
    access_token: world.tokens.issue(id, TOKEN_LIFE_S, state === 'no_scope' ? '' : 'CXS'),
    token_type: 'bearer',
    expires_in: TOKEN_LIFE_S,
    scope: 'CXS',
  });
}
