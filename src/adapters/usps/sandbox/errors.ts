import { z } from 'zod';
import {
  formOf,
  jsonAnswer,
  jsonOf,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
} from '../../sandbox-kit/index.ts';

interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly errors: readonly unknown[];
}

/**
 * The error bodies that occur in USPS/api-examples (issues 56, 88; 429) and its error inventory.
 */
const ERRORS = {
  malformed: [
    400,
    'OASValidation: the request does not match the schema.',
    [{ title: 'Bad Request', detail: 'The body does not conform to the specification.' }],
  ],
  badPlace: [
    400,
    'The address information is invalid.',
    [{ status: '400', code: '400', title: 'Bad Request', detail: 'Invalid Address Information' }],
  ],
  noTracking: [401, 'The client application identifier is invalid.', []],
  noScope: [
    401,
    'Insufficient OAuth scope.',
    [
      {
        title: 'invalid_oauth_scope',
        detail: 'The OAuth scope is invalid, missing or insufficient to access resource.',
        source: 'Access Token',
      },
    ],
  ],
  badToken: [
    401,
    'The access token is invalid or has expired.',
    [{ title: 'invalid_token', detail: 'Access token expired.', source: 'Access Token' }],
  ],
  notFound: [404, 'Resource not found.', []],
  noSubscriptions: [404, 'No Subscriptions were found.', []],
  stale: [412, 'The ETag given in If-Match is not the current one.', []],
  quota: [
    429,
    'Exceeded quota limit. Please contact https://emailus.usps.com/s/web-tools-inquiry and a ' +
      'representative will assist.',
    [{ title: 'Too Many Requests.' }],
  ],
  internal: [500, 'An internal error occurred.', []],
} as const;

export function errorAnswer(
  error: keyof typeof ERRORS,
  request: SandboxRequest,
  headers: Readonly<Record<string, string>> = {},
): SandboxAnswer {
  const [status, message, errors] = ERRORS[error];
  return errorOf(status, { code: String(status), message, errors }, request, headers);
}

/** The answer with an error. `apiVersion` is the first two segments of the path. */
export function errorOf(
  status: number,
  error: ErrorBody,
  { path }: SandboxRequest,
  headers: Readonly<Record<string, string>> = {},
): SandboxAnswer {
  const apiVersion = path.split('/').slice(0, 3).join('/');
  return jsonAnswer(status, { apiVersion, error }, headers);
}

/** The gateway's answer when the service is not available: a page, and when to retry. */
export function outage(status: number): SandboxAnswer {
  return {
    status,
    headers: { 'content-type': 'text/html', 'retry-after': '120' },
    body: '<html><body><h1>Service Unavailable</h1></body></html>',
  };
}

/**
 * Why a number has no data, by the code of the error inventory's sheet "Tracking". The number that
 * begins the message is the old Web Tools code.
 */
const REFUSALS: Readonly<Record<string, readonly [title: string, message: string]>> = {
  '150001': ['12', 'A status update is not yet available on your package.'],
  '150002': ['7', 'The tracking number may be incorrect or the status update is not available.'],
  '150003': ['16', 'A status update is not yet available for an item just dropped off.'],
  '150006': ['-2147219283', 'Too many items are tied to this notice.'],
  '150010': ['3', 'This item may belong to another shipper.'],
  '150011': ['14', 'The number is a package pickup transaction, not a package.'],
};

/** The error of one number, as in an element of a 207 or by itself in a 400. */
export function numberError(code: string): { readonly status: number; readonly error: ErrorBody } {
  if (code === '403') {
    return {
      status: 403,
      error: {
        code: '403',
        message: 'The application is not entitled to the tracking of this mailer’s items.',
        errors: [{ title: 'Forbidden', detail: 'accessControl: IP_AGREEMENT' }],
      },
    };
  }
  const [title = '7', message = ''] = REFUSALS[code] ?? [];
  return {
    status: 400,
    error: {
      code: '400',
      message: `${title}: ${message}`,
      errors: [{ status: '400', code, title, detail: message }],
    },
  };
}

/** Seconds until a token expires: eight hours minus a second (USPS/api-examples issue 56). */
const TOKEN_LIFE_S = 28_799;
const REQUEST = z.object({
  grant_type: z.string(),
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
  scope: z.string().optional(),
});
const OTHER_SCOPES = ['addresses', 'domestic-prices', 'locations', 'parcel-locker', 'shipments'];
const TRACKING_SCOPES = ['tracking', 'subscriptions-tracking'];

/** Reads a token request, whether it is a form or JSON; null when it is neither. */
export function tokenRequestOf(request: SandboxRequest): z.output<typeof REQUEST> | null {
  const isJson = (request.headers['content-type'] ?? '').startsWith('application/json');
  const body = isJson ? jsonOf(request) : Object.fromEntries(formOf(request));
  const read = REQUEST.safeParse(body);
  return read.success ? read.data : null;
}

/**
 * Answers `POST /oauth2/v3/token`. An application that was not granted `tracking` gets a token like
 * any other; only its `scope` shows the difference.
 */
export function answerToken(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const read = tokenRequestOf(request);
  if (request.method !== 'POST' || read === null) {
    return oauthError(400, 'invalid_request', 'The request is missing a required parameter.');
  }
  if (read.grant_type !== 'client_credentials') {
    return oauthError(400, 'unsupported_grant_type', 'The grant type is not supported.');
  }
  const state = world.credentials(read.client_id, read.client_secret);
  if (state === 'wrong') {
    return oauthError(401, 'invalid_client', 'The client credentials provided were invalid.');
  }
  const granted = [...OTHER_SCOPES, ...(state === 'no_scope' ? [] : TRACKING_SCOPES)];
  const scopes = read.scope?.split(/\s+/).filter((word) => word !== '') ?? granted;
  const scope = granted.filter((word) => scopes.includes(word)).join(' ');
  return jsonAnswer(200, {
    access_token: world.tokens.issue(read.client_id, TOKEN_LIFE_S, scope),
    token_type: 'Bearer',
    issued_at: world.nowMs,
    expires_in: TOKEN_LIFE_S,
    status: 'approved',
    scope,
    issuer: 'https://keyc.usps.com/realms/USPS',
    client_id: read.client_id,
    application_name: 'sandbox',
    api_products: '[Public Access I]',
    public_key: '',
  });
}

/** An error answer by RFC 6749 5.2. */
function oauthError(status: number, error: string, description: string): SandboxAnswer {
  return jsonAnswer(status, { error, error_description: description, error_uri: '' });
}
