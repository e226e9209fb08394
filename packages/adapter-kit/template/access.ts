import {
  BEARER_TOKEN,
  type CarrierAccess,
  type HttpAnswer,
  parseJsonOrNull,
  type TokenOutcome,
  waitRequestedBy,
} from 'waybill/adapter';
import { tokenAnswer } from './schema.ts';

/** OAuth 2, client credentials (RFC 6749, section 4.4), with the keys in the form. */
export const access: CarrierAccess = {
  credentials: [
    { name: 'client_id', label: 'Client ID', secret: false, required: true },
    { name: 'client_secret', label: 'Client secret', secret: true, required: true },
  ],
  origins: { production: 'https://api.carrier.example', test: null },
  token: {
    callsPerSecondMax: 1,
    request: ({ client_id = '', client_secret = '' }) => ({
      method: 'POST',
      path: '/oauth/token',
      body: { form: { grant_type: 'client_credentials', client_id, client_secret } },
    }),
    read: readToken,
  },
  headers: (_credentials, token): Readonly<Record<string, string>> =>
    token === null ? {} : { authorization: `Bearer ${token}` },
};

/** The assumed lifetime in seconds, if the answer states none. */
const LIFE_S = 3_600;

function readToken(answer: HttpAnswer): TokenOutcome {
  const { status, text } = answer;
  if (status >= 200 && status < 300) {
    const read = tokenAnswer.safeParse(parseJsonOrNull(text)?.value);
    const { access_token: token = '', expires_in: lifetimeS = LIFE_S } = read.success
      ? read.data
      : {};
    return BEARER_TOKEN.test(token)
      ? { outcome: 'token', token, lifetimeS: lifetimeS > 0 ? lifetimeS : LIFE_S }
      : { outcome: 'error', reason: 'the answer holds no access_token' };
  }
  const reason = `the token endpoint answered ${status}`;
  if (status === 401) return { outcome: 'auth_error', reason };
  if (status === 403) return { outcome: 'scope_missing', reason };
  if (status === 429) return { outcome: 'rate_limited', reason, ...waitRequestedBy(answer) };
  return { outcome: 'error', reason };
}
