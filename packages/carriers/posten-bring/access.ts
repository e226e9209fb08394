import {
  type CarrierAccess,
  type CarrierCall,
  type HttpAnswer,
  type VerifyOutcome,
  waitRequestedBy,
} from 'waybill/adapter';

/** Each call has the user and the API key of a Mybring account, and the address of the website. */
export const access: CarrierAccess = {
  credentials: [
    { name: 'uid', label: 'Mybring user (email address)', secret: false, required: true },
    { name: 'api_key', label: 'API key', secret: true, required: true },
    { name: 'client_url', label: 'Address of your website', secret: false, required: true },
  ],
  origins: { production: 'https://api.bring.com', test: null },
  headers: ({ uid = '', api_key = '', client_url = '' }) => ({
    accept: 'application/json',
    'x-mybring-api-uid': uid,
    'x-mybring-api-key': api_key,
    'x-bring-client-url': client_url,
  }),
  verify: { request: () => trackingCall('TESTPACKAGEDELIVERED'), read: readVerdict },
};

/** The call for the packages of a number, with English descriptions. */
export function trackingCall(number: string): CarrierCall {
  return { method: 'GET', path: `/tracking/api/v2/tracking.json?q=${number}&lang=en` };
}

function readVerdict(answer: HttpAnswer): VerifyOutcome {
  const { status } = answer;
  if (status === 200) return { outcome: 'accepted' };
  const reason = `the carrier answered ${status}`;
  if (status === 401) return { outcome: 'auth_error', reason };
  if (status === 403) return { outcome: 'scope_missing', reason };
  if (status === 429) return { outcome: 'rate_limited', reason, ...waitRequestedBy(answer) };
  return { outcome: 'error', reason };
}
