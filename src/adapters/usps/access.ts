import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import {
  BEARER_TOKEN,
  type CarrierAccess,
  type HttpAnswer,
  type TokenOutcome,
  waitRequestedBy,
} from '../contract/pull.ts';
import { schema } from './schema.ts';

/**
 * OAuth 2 client credentials after USPS OpenAPI 3.2.6 and USPS/api-examples `README.md`, read
 * 2026-11-20. No scope is requested, so that the token has all that the application was granted. A
 * token without `tracking` is issued, too (USPS/api-examples issue 56), and each call with it would
 * be answered with 401.
 */
export const access: CarrierAccess = {
  credentials: [
    { name: 'client_id', label: 'Consumer Key', secret: false, required: true },
    { name: 'client_secret', label: 'Consumer Secret', secret: true, required: true },
    { name: 'mid', label: 'Mailer ID (MID), for pushes', secret: false, required: false },
    {
      name: 'admin_email',
      label: 'Email for notices on the push subscription',
      secret: false,
      required: false,
    },
  ],
  origins: { production: 'https://apis.usps.com', test: 'https://apis-tem.usps.com' },
  token: {
    request: (credentials) => ({
      method: 'POST',
      path: '/oauth2/v3/token',
      body: {
        form: {
          grant_type: 'client_credentials',
          client_id: credentials['client_id'] ?? '',
          client_secret: credentials['client_secret'] ?? '',
        },
      },
    }),
    read: readToken,
    callsPerSecondMax: 1,
  },
  headers: (_credentials, token): Readonly<Record<string, string>> =>
    token === null ? {} : { authorization: `Bearer ${token}` },
};

/** The assumed lifetime in seconds, if the answer states none; eight hours are usual. */
const LIFE_UNSTATED_S = 3_600;

function readToken(answer: HttpAnswer): TokenOutcome {
  const parsed = schema.token.safeParse(parseJsonOrNull(answer.text)?.value);
  const body = parsed.success ? parsed.data : null;
  if (answer.status < 200 || answer.status > 299) return refusal(answer, body?.error ?? null);
  if (body === null || body.access_token === null || !BEARER_TOKEN.test(body.access_token)) {
    return { outcome: 'error', reason: 'the token answer holds no usable access_token' };
  }
  // RFC 6749 5.1: without `scope`, the granted scope is the requested one.
  const scopes = body.scope?.split(/[\s,]+/) ?? null;
  if (scopes !== null && !scopes.includes('tracking')) {
    return { outcome: 'scope_missing', reason: 'the token came without the scope "tracking"' };
  }
  const lifetimeS =
    body.expires_in !== null && body.expires_in > 0 ? body.expires_in : LIFE_UNSTATED_S;
  return { outcome: 'token', token: body.access_token, lifetimeS: Math.floor(lifetimeS) };
}

/** The refusals of RFC 6749 5.2, which are one word; the rest of the answer is not repeated. */
const REFUSALS =
  /^(invalid_client|invalid_grant|invalid_request|unauthorized_client|unsupported_grant_type|access_denied)$/;

function refusal(answer: HttpAnswer, error: string | null): TokenOutcome {
  const { status } = answer;
  const wait = waitRequestedBy(answer);
  if (status === 429) {
    return { outcome: 'rate_limited', reason: 'too many token calls (429)', ...wait };
  }
  if (error === 'invalid_scope') {
    return { outcome: 'scope_missing', reason: 'the token request was refused (invalid_scope)' };
  }
  if (status === 400 || status === 401 || status === 403) {
    const word = error !== null && REFUSALS.test(error) ? error : String(status);
    return { outcome: 'auth_error', reason: `the token request was refused (${word})` };
  }
  return { outcome: 'error', reason: `the token request was answered with ${status}`, ...wait };
}
