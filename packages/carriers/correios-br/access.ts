import {
  BEARER_TOKEN,
  type CarrierAccess,
  type HttpAnswer,
  parseJsonOrNull,
  type TokenOutcome,
  waitRequestedBy,
} from 'waybill/adapter';
import { tokenAnswer } from './schema.ts';

/** Clients report a lifetime of a day; earlier renewal does no harm. */
const TOKEN_LIFE_S = 20 * 3_600;

/** A token for a posting card, requested with user and access code. */
export const access: CarrierAccess = {
  credentials: [
    { name: 'user', label: 'User of "Meu Correios"', secret: false, required: true },
    { name: 'access_code', label: 'Access code of the API', secret: true, required: true },
    { name: 'posting_card', label: 'Number of the posting card', secret: false, required: true },
  ],
  origins: { production: 'https://api.correios.com.br', test: null },
  token: {
    callsPerSecondMax: 1,
    request: ({ user = '', access_code = '', posting_card: numero = '' }) => ({
      method: 'POST',
      path: '/token/v1/autentica/cartaopostagem',
      headers: {
        authorization: `Basic ${Buffer.from(`${user}:${access_code}`).toString('base64')}`,
      },
      body: { json: { numero } },
    }),
    read: readToken,
  },
  headers: (_credentials, token): Readonly<Record<string, string>> =>
    token === null ? {} : { authorization: `Bearer ${token}`, 'accept-language': 'pt-BR' },
};

function readToken(answer: HttpAnswer): TokenOutcome {
  const { status, text } = answer;
  if (status === 200 || status === 201) {
    const read = tokenAnswer.safeParse(parseJsonOrNull(text)?.value);
    const { token = '' } = read.success ? read.data : {};
    return BEARER_TOKEN.test(token)
      ? { outcome: 'token', token, lifetimeS: TOKEN_LIFE_S }
      : { outcome: 'error', reason: 'the answer has no token' };
  }
  const reason = `the carrier answered ${status}`;
  // 400: the posting card is unknown.
  if (status === 400 || status === 401) return { outcome: 'auth_error', reason };
  if (status === 403) return { outcome: 'scope_missing', reason };
  if (status === 429) return { outcome: 'rate_limited', reason, ...waitRequestedBy(answer) };
  return { outcome: 'error', reason };
}
