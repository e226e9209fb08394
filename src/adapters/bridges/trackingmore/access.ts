import { type CarrierAccess, type CarrierCall, verdictOf } from '../../sdk.ts';
import { parse } from './parse.ts';

/** The API key of the account, in a header. */
export const access: CarrierAccess = {
  credentials: [{ name: 'api_key', label: 'API key', secret: true, required: true }],
  origins: { production: 'https://api.trackingmore.com', test: null },
  headers: ({ api_key = '' }) => ({ 'tracking-api-key': api_key }),
  // Any number does: reading costs nothing.
  verify: { request: () => trackingsCall(['RR123456785CN']), read: verdictOf(parse) },
};

/** The call for the histories of registered numbers. */
export function trackingsCall(numbers: readonly string[]): CarrierCall {
  return { method: 'GET', path: `/v4/trackings/get?tracking_numbers=${numbers.join(',')}` };
}
