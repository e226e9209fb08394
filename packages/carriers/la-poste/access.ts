import {
  type CarrierAccess,
  type CarrierCall,
  type HttpAnswer,
  type VerifyOutcome,
  waitRequestedBy,
} from 'waybill/adapter';

/** The key of an application in La Poste's portal (Okapi), in a header. */
export const access: CarrierAccess = {
  credentials: [{ name: 'okapi_key', label: 'X-Okapi-Key', secret: true, required: true }],
  origins: { production: 'https://api.laposte.fr', test: null },
  headers: ({ okapi_key = '' }) => ({ 'x-okapi-key': okapi_key }),
  verify: { request: () => trackingCall('6A00000000000'), read: readVerdict },
};

/** The call for one number, with English labels. */
export function trackingCall(number: string): CarrierCall {
  return { method: 'GET', path: `/suivi/v2/idships/${number}?lang=en_GB` };
}

/** Any answer about the number proves that the key is right. */
function readVerdict(answer: HttpAnswer): VerifyOutcome {
  const { status } = answer;
  if (status === 200 || status === 400 || status === 404) return { outcome: 'accepted' };
  const reason = `the carrier answered ${status}`;
  if (status === 401) return { outcome: 'auth_error', reason };
  if (status === 403) return { outcome: 'scope_missing', reason };
  if (status === 429) return { outcome: 'rate_limited', reason, ...waitRequestedBy(answer) };
  return { outcome: 'error', reason };
}
