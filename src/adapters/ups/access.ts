import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import {
  BEARER_TOKEN,
  type CarrierAccess,
  type CarrierSession,
  type Credentials,
  type HttpAnswer,
  type TokenOutcome,
  waitRequestedBy,
} from '../contract/pull.ts';
import { codeIn } from './errors.ts';
import { tokenAnswer } from './schema.ts';

/**
 * OAuth 2 client credentials (UPS-API/api-documentation `OAuthClientCredentials.yaml`): the keys by
 * HTTP Basic, outside of `/api`; every member of the answer is a text. Fetching a token for each
 * call is known to be refused with 429 (issue 123 of the same repository).
 */
export const access: CarrierAccess = {
  credentials: [
    { name: 'client_id', label: 'Client Id', secret: false, required: true },
    { name: 'client_secret', label: 'Client Secret', secret: true, required: true },
    {
      name: 'merchant_id',
      label: 'UPS account number (six characters)',
      secret: false,
      required: false,
    },
    {
      name: 'country_code',
      label: 'Country of the account, two letters; US when left out',
      secret: false,
      required: false,
    },
  ],
  origins: { production: 'https://onlinetools.ups.com', test: 'https://wwwcie.ups.com' },
  token: {
    // Not published; nothing needs a token more often.
    callsPerSecondMax: 1,
    request: (credentials) => ({
      method: 'POST',
      path: '/security/v1/oauth/token',
      headers: { authorization: basicOf(credentials), ...merchantOf(credentials) },
      body: { form: { grant_type: 'client_credentials' } },
    }),
    read: readToken,
  },
  headers: (_credentials, token): Readonly<Record<string, string>> =>
    token === null ? {} : { authorization: `Bearer ${token}` },
};

function basicOf({ client_id = '', client_secret = '' }: Credentials): string {
  return `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`;
}

/**
 * The header for the account number. It is left out unless it is an account number, because
 * anything else would fail the whole request.
 */
function merchantOf({ merchant_id = '' }: Credentials): Readonly<Record<string, string>> {
  return /^[0-9A-Za-z]{6}$/.test(merchant_id) ? { 'x-merchant-id': merchant_id } : {};
}

/** The usual lifetime at UPS ("14399"), if the answer states none. */
const LIFE_S = 14_399;

function readToken(answer: HttpAnswer): TokenOutcome {
  const { status } = answer;
  if (status >= 200 && status < 300) {
    const read = tokenAnswer.safeParse(parseJsonOrNull(answer.text)?.value);
    const token = read.success ? (read.data.access_token ?? '') : '';
    if (!BEARER_TOKEN.test(token))
      return { outcome: 'error', reason: 'the answer holds no access_token' };
    const lifetimeS = (read.success ? read.data.expires_in : undefined) ?? LIFE_S;
    return { outcome: 'token', token, lifetimeS: lifetimeS > 0 ? lifetimeS : LIFE_S };
  }
  const code = codeIn(answer);
  const reason = `the token endpoint answered ${status}, ${code ?? 'without a code'}`;
  if (status === 429) return { outcome: 'rate_limited', reason, ...waitRequestedBy(answer) };
  if (status === 401) return { outcome: 'auth_error', reason };
  // "Blocked Merchant" in UPS's own words; without a code it may be any firewall's answer.
  if (status === 403 && code !== null) return { outcome: 'auth_error', reason };
  return { outcome: 'error', reason };
}

/** A plausible number: 7 to 34 characters (Tracking.yaml). Nothing else may be part of a path. */
const PLAUSIBLE = /^[0-9A-Z]{7,34}$/;

export function isPlausible(number: string): boolean {
  return PLAUSIBLE.test(number);
}

/** The headers that are required with every call: an id of the call, and who calls. */
export function callHeaders(session: CarrierSession): Readonly<Record<string, string>> {
  return { transid: session.newId(), transactionsrc: 'waybill' };
}
