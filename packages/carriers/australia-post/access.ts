import {
  type CarrierAccess,
  type CarrierCall,
  type HttpAnswer,
  type VerifyOutcome,
  waitRequestedBy,
} from 'waybill/adapter';

/** HTTP Basic with the key of the application, and the charge account in a header. */
export const access: CarrierAccess = {
  credentials: [
    { name: 'api_key', label: 'API key', secret: false, required: true },
    { name: 'password', label: 'Password of the API key', secret: true, required: true },
    { name: 'account_number', label: 'Charge account (10 digits)', secret: false, required: true },
  ],
  origins: { production: 'https://digitalapi.auspost.com.au', test: null },
  headers: ({ api_key = '', password = '', account_number = '' }) => ({
    authorization: `Basic ${Buffer.from(`${api_key}:${password}`).toString('base64')}`,
    'account-number': account_number,
  }),
  verify: { request: () => trackingCall('7XX1000634011427'), read: readVerdict },
};

/** The call for one number. */
export function trackingCall(number: string): CarrierCall {
  return { method: 'GET', path: `/shipping/v1/track?tracking_ids=${number}` };
}

/** Any answer about the number proves that the key is right. */
function readVerdict(answer: HttpAnswer): VerifyOutcome {
  const { status } = answer;
  if (status === 200 || status === 404) return { outcome: 'accepted' };
  const reason = `the carrier answered ${status}`;
  if (status === 401) return { outcome: 'auth_error', reason };
  if (status === 403) return { outcome: 'scope_missing', reason };
  if (status === 429) return { outcome: 'rate_limited', reason, ...waitRequestedBy(answer) };
  return { outcome: 'error', reason };
}
