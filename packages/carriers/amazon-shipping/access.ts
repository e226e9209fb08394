import {
  BEARER_TOKEN,
  type CarrierAccess,
  type CarrierCall,
  type Credentials,
  type HttpAnswer,
  parseJsonOrNull,
  type TokenOutcome,
  waitRequestedBy,
} from 'waybill/adapter';
import { tokenAnswer } from './schema.ts';

const LOGIN_ORIGIN = 'https://api.amazon.com';
const NORTH_AMERICA = 'https://sellingpartnerapi-na.amazon.com';
const TOKEN_LIFE_S = 3_600;

/**
 * Login with Amazon (OAuth 2 with a refresh token), and the Selling Partner API. The business
 * decides whether the hub calls the host of Europe or of North America.
 */
export const access: CarrierAccess = {
  credentials: [
    { name: 'client_id', label: 'LWA client identifier', secret: false, required: true },
    { name: 'client_secret', label: 'LWA client secret', secret: true, required: true },
    { name: 'refresh_token', label: 'LWA refresh token', secret: true, required: true },
    { name: 'carrier_id', label: 'carrierId (from getRates)', secret: false, required: true },
    {
      name: 'business_id',
      label: 'Shipping business, such as AmazonShipping_UK',
      secret: false,
      required: false,
    },
  ],
  origins: {
    production: 'https://sellingpartnerapi-eu.amazon.com',
    test: 'https://sandbox.sellingpartnerapi-eu.amazon.com',
    others: [NORTH_AMERICA, LOGIN_ORIGIN],
  },
  token: {
    callsPerSecondMax: 1,
    request: ({ client_id = '', client_secret = '', refresh_token = '' }) => ({
      method: 'POST',
      origin: LOGIN_ORIGIN,
      path: '/auth/o2/token',
      body: { form: { grant_type: 'refresh_token', client_id, client_secret, refresh_token } },
    }),
    read: readToken,
  },
  headers: (_credentials, token): Readonly<Record<string, string>> =>
    token === null ? {} : { 'x-amz-access-token': token },
};

/** The call of getTracking. If no business is given, the carrier assumes AmazonShipping_UK. */
export function trackingCall(number: string, credentials: Credentials): CarrierCall {
  const { carrier_id: carrierId = '', business_id: business = '' } = credentials;
  return {
    method: 'GET',
    path: `/shipping/v2/tracking?trackingId=${number}&carrierId=${encodeURIComponent(carrierId)}`,
    ...(business === '' ? {} : { headers: { 'x-amzn-shipping-business-id': business } }),
    ...(business === 'AmazonShipping_US' ? { origin: NORTH_AMERICA } : {}),
  };
}

function readToken(answer: HttpAnswer): TokenOutcome {
  const { status, text } = answer;
  if (status === 200) {
    const read = tokenAnswer.safeParse(parseJsonOrNull(text)?.value);
    const { access_token: token = '', expires_in: lifetimeS = 0 } = read.success ? read.data : {};
    return BEARER_TOKEN.test(token)
      ? { outcome: 'token', token, lifetimeS: lifetimeS > 0 ? lifetimeS : TOKEN_LIFE_S }
      : { outcome: 'error', reason: 'the answer has no access_token' };
  }
  const reason = `Login with Amazon answered ${status}`;
  // 400 is invalid_grant or invalid_client: the refresh token or the client is wrong.
  if (status === 400 || status === 401) return { outcome: 'auth_error', reason };
  if (status === 403) return { outcome: 'scope_missing', reason };
  if (status === 429) return { outcome: 'rate_limited', reason, ...waitRequestedBy(answer) };
  return { outcome: 'error', reason };
}
