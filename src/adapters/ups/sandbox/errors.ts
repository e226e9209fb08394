import {
  basicOf,
  formOf,
  jsonAnswer,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
} from '../../sandbox-kit/index.ts';

/** The errors: codes of UPSTrackAlert.yaml, and of public answers (issues 12, 102, 123). */
const ERRORS = {
  invalidNumber: [400, 'TV1002', 'Invalid inquiry number'],
  // It is documented that both headers are required, but not the code of the error without them.
  noHeaders: [400, 'VSS000', 'Invalid request and/or required headers are missing.'],
  noLocale: [400, 'VSS300', 'Locale is required. The Subscription request has been rejected.'],
  badRequest: [400, 'VSS000', 'Invalid request. The Subscription request has been rejected.'],
  tooManyNumbers: [
    400,
    'VSS220',
    'The number of tracking numbers exceeds 100. The Subscription request has been rejected.',
  ],
  badLocator: [400, '350101', 'The request is not well formed or the operation is not defined.'],
  badIntercept: [400, '710', 'Failure due to input validation error'],
  contentType: [400, '10007', 'Invalid content type.'],
  badCredentials: [401, '250002', 'Invalid Authentication Information.'],
  expired: [401, '251004', 'Bearer Token expired (oauth)'],
  noToken: [401, 'UJ0001', 'Bearer token is missing or invalid.'],
  notTheirs: [401, '605', "Package address token does not match any tokens in the user's profile."],
  blocked: [403, '403', 'Blocked Merchant'],
  notFound: [404, 'TW0001', 'Tracking Information Not Found'],
  noRoute: [404, '404', 'Resource not found'],
  method: [405, '405', 'Method not allowed.'],
  tooMany: [429, '10429', 'Too Many Requests'],
  quota: [429, '10429', 'Quota Limit Exceeded'],
  transient: [500, '10004', 'The system is temporarily unavailable.'],
} as const;

/**
 * The answer to an error, with one envelope for every API. A 429 has no header that names a wait or
 * a limit.
 */
export function errorAnswer(error: keyof typeof ERRORS, more: object = {}): SandboxAnswer {
  const [status, code, message] = ERRORS[error];
  return jsonAnswer(status, { ...more, response: { errors: [{ code, message }] } });
}

/** A gateway's page. */
export function outage(): SandboxAnswer {
  return {
    status: 503,
    headers: { 'content-type': 'text/html' },
    body: '<html><head><title>503 Service Unavailable</title></head></html>',
  };
}

/** Seconds until a token expires: four hours minus a second. */
const TOKEN_LIFE_S = 14_399;

/**
 * Answers `POST /security/v1/oauth/token`, outside of `/api`: the credentials by HTTP Basic, the
 * grant in a form. Every member of the answer is a text, including `expires_in`.
 */
export function answerToken(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  if (request.method !== 'POST') return errorAnswer('method');
  const basic = basicOf(request);
  if (basic === null || basic.user === '') return errorAnswer('badCredentials');
  if (!world.spend('token', basic.user).ok) return errorAnswer('quota');
  const isForm = (request.headers['content-type'] ?? '').startsWith(
    'application/x-www-form-urlencoded',
  );
  if (!isForm || formOf(request).get('grant_type') !== 'client_credentials') {
    return errorAnswer('contentType');
  }
  const state = world.credentials(basic.user, basic.password);
  if (state === 'wrong') return errorAnswer('badCredentials');
  return jsonAnswer(200, {
    token_type: 'Bearer',
    issued_at: String(world.nowMs),
    client_id: basic.user,
    access_token: world.tokens.issue(basic.user, TOKEN_LIFE_S, state === 'no_scope' ? '' : 'all'),
    scope: '',
    expires_in: String(TOKEN_LIFE_S),
    refresh_count: '0',
    status: 'approved',
  });
}
