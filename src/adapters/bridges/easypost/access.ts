import { type CarrierAccess, verdictOfAnswer } from '../../sdk.ts';

/** HTTP Basic with the API key as user, without a password. A test key tracks test numbers only. */
export const access: CarrierAccess = {
  credentials: [{ name: 'api_key', label: 'API key', secret: true, required: true }],
  origins: { production: 'https://api.easypost.com', test: null },
  headers: ({ api_key = '' }) => ({
    authorization: `Basic ${Buffer.from(`${api_key}:`, 'utf8').toString('base64')}`,
  }),
  verify: {
    request: () => ({ method: 'GET', path: '/v2/trackers?page_size=1' }),
    read: verdictOfAnswer,
  },
};
