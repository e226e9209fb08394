import { z } from 'zod';
import {
  formOf,
  jsonAnswer,
  jsonOf,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
} from '../../sandbox-kit/index.ts';

/** Eight hours but for a second (USPS/api-examples issue 56). */
const TOKEN_LIFE_S = 28_799;
const REQUEST = z.object({
  grant_type: z.string(),
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
  scope: z.string().optional(),
});
const OTHER_SCOPES = ['addresses', 'domestic-prices', 'locations', 'parcel-locker', 'shipments'];
const TRACKING_SCOPES = ['tracking', 'subscriptions-tracking'];

/** The request as form or as JSON, whichever it is; null when it is neither. */
export function tokenRequestOf(request: SandboxRequest): z.output<typeof REQUEST> | null {
  const isJson = (request.headers['content-type'] ?? '').startsWith('application/json');
  const body = isJson ? jsonOf(request) : Object.fromEntries(formOf(request));
  const read = REQUEST.safeParse(body);
  return read.success ? read.data : null;
}

/**
 * `POST /oauth2/v3/token`. An application that was not granted `tracking` gets a token like any
 * other; only its `scope` shows the difference.
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

/** RFC 6749 5.2. */
function oauthError(status: number, error: string, description: string): SandboxAnswer {
  return jsonAnswer(status, { error, error_description: description, error_uri: '' });
}
