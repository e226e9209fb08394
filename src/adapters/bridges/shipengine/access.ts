import {
  type BridgedParcel,
  type CarrierAccess,
  type CarrierCall,
  verdictOfAnswer,
} from '../../sdk.ts';

/** The API key with each call. A key of the sandbox works at the same host, for test labels only. */
export const access: CarrierAccess = {
  credentials: [{ name: 'api_key', label: 'API key', secret: true, required: true }],
  origins: { production: 'https://api.shipengine.com', test: null },
  headers: ({ api_key = '' }) => ({ accept: 'application/json', 'api-key': api_key }),
  verify: { request: () => ({ method: 'GET', path: '/v1/carriers' }), read: verdictOfAnswer },
};

const NUMBER = /^[0-9A-Z]{4,64}$/;
const CARRIER_CODE = /^[a-z0-9_]{2,60}$/;

/**
 * A call of the tracking service for a normalized number; null if the number or the carrier's code
 * is none, because the service does not detect carriers.
 */
export function trackingCall(
  method: CarrierCall['method'],
  path: string,
  number: string,
  parcel: BridgedParcel | null,
): CarrierCall | null {
  const code = parcel?.carrierCode ?? '';
  if (!NUMBER.test(number) || !CARRIER_CODE.test(code)) return null;
  return { method, path: `${path}?carrier_code=${code}&tracking_number=${number}` };
}
