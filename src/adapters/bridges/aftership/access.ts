import { type CarrierAccess, verdictOfAnswer } from '../../sdk.ts';

/** The path of the version that this adapter reads. */
export const TRACKINGS = '/tracking/2026-07/trackings';

/** An API key without signature: keys of the types AES and RSA sign each call. */
export const access: CarrierAccess = {
  credentials: [{ name: 'api_key', label: 'API key', secret: true, required: true }],
  origins: { production: 'https://api.aftership.com', test: null },
  headers: ({ api_key = '' }) => ({ 'as-api-key': api_key }),
  verify: {
    request: () => ({ method: 'GET', path: `${TRACKINGS}?limit=1` }),
    read: verdictOfAnswer,
  },
};
