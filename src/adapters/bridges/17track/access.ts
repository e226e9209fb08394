import { type CarrierAccess, type CarrierCall, verdictOf } from '../../sdk.ts';
import { parse } from './parse.ts';

/** The access key of the account, in a header. It also signs the pushes. */
export const access: CarrierAccess = {
  credentials: [{ name: 'access_key', label: 'Access key', secret: true, required: true }],
  origins: { production: 'https://api.17track.net', test: null },
  headers: ({ access_key = '' }) => ({ '17token': access_key }),
  // Any number does: reading costs nothing.
  verify: {
    request: () => apiCall('gettrackinfo', [{ number: 'RR123456785CN' }]),
    read: verdictOf(parse),
  },
};

/** A call of the API: every one is a POST of a list, whatever it does. */
export function apiCall(name: string, items: readonly object[]): CarrierCall {
  return { method: 'POST', path: `/track/v2.4/${name}`, body: { json: items } };
}
