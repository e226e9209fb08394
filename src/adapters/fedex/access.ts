import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import {
  BEARER_TOKEN,
  type CarrierAccess,
  type Credentials,
  type HttpAnswer,
  type TokenOutcome,
  waitRequestedBy,
} from '../contract/pull.ts';
import { TOKEN_PENALTY_S } from './errors.ts';
import { tokenAnswer } from './schema.ts';

/**
 * OAuth 2 with the project's keys in the body (FedEx Authorization API as published in
 * ShipStream/fedex-rest-php-sdk). A reseller's project names its customer by a child key, and then
 * uses another grant.
 */
export const access: CarrierAccess = {
  credentials: [
    { name: 'client_id', label: 'API Key', secret: false, required: true },
    { name: 'client_secret', label: 'Secret Key', secret: true, required: true },
    {
      name: 'account_number',
      label: 'FedEx account number, for signatures in full',
      secret: false,
      required: false,
    },
    { name: 'child_key', label: 'Customer Key of a reseller', secret: false, required: false },
    {
      name: 'child_secret',
      label: 'Customer Password of a reseller',
      secret: true,
      required: false,
    },
    {
      name: 'subscription_path',
      label: 'Path of "Tracking Number Association", where the portal prints another',
      secret: false,
      required: false,
    },
  ],
  origins: { production: 'https://apis.fedex.com', test: 'https://apis-sandbox.fedex.com' },
  token: {
    // On average one call a second over two minutes, for all projects at an address (guide to
    // quotas and rate limits).
    callsPerSecondMax: 1,
    request: (credentials) => ({
      method: 'POST',
      path: '/oauth/token',
      body: { form: grantOf(credentials) },
    }),
    read: readToken,
  },
  headers: (_credentials, token): Readonly<Record<string, string>> =>
    token === null ? {} : { authorization: `Bearer ${token}` },
};

function grantOf(credentials: Credentials): Readonly<Record<string, string>> {
  const { client_id = '', client_secret = '', child_key = '', child_secret = '' } = credentials;
  const own = { client_id, client_secret };
  if (child_key === '' || child_secret === '') return { grant_type: 'client_credentials', ...own };
  return { grant_type: 'csp_credentials', ...own, child_Key: child_key, child_secret };
}

/** The documented lifetime in seconds, for answers that state none. */
const LIFE_S = 3_600;

/**
 * Reads an answer of the token endpoint. After too many token calls, FedEx answers 403 for ten
 * minutes, and each call in between starts them anew: so a 403 here is read as that, whatever else
 * it may mean.
 */
function readToken(answer: HttpAnswer): TokenOutcome {
  const { status } = answer;
  const read = tokenAnswer.safeParse(parseJsonOrNull(answer.text)?.value);
  const body = read.success ? read.data : undefined;
  const token = body?.access_token ?? '';
  if (status >= 200 && status < 300) {
    if (!BEARER_TOKEN.test(token))
      return { outcome: 'error', reason: 'the answer holds no access_token' };
    const { expires_in: lifetimeS = LIFE_S } = body ?? {};
    return { outcome: 'token', token, lifetimeS: lifetimeS > 0 ? lifetimeS : LIFE_S };
  }
  const said = body?.errors?.[0]?.code ?? body?.error;
  const reason = `the token endpoint answered ${status}${said === undefined ? '' : `, ${said}`}`;
  if (status === 403) return { outcome: 'rate_limited', reason, retryAfterS: TOKEN_PENALTY_S };
  if (status === 429) return { outcome: 'rate_limited', reason, ...waitRequestedBy(answer) };
  // RFC 6749 answers unknown keys with 400 as well as with 401; which one FedEx uses is unverified.
  const keysWrong = said !== undefined && /^(invalid_client|NOT\.AUTHORIZED\.ERROR)$/.test(said);
  if (status === 401 || (status === 400 && keysWrong)) return { outcome: 'auth_error', reason };
  return { outcome: 'error', reason };
}
