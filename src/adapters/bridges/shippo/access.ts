import { type CarrierAccess, verdictOfAnswer } from '../../sdk.ts';

/** The API token with each call. Test tokens work at the same host, for test numbers only. */
export const access: CarrierAccess = {
  credentials: [{ name: 'api_token', label: 'API token', secret: true, required: true }],
  origins: { production: 'https://api.goshippo.com', test: null },
  headers: ({ api_token = '' }) => ({
    accept: 'application/json',
    authorization: `ShippoToken ${api_token}`,
    'shippo-api-version': '2018-02-08',
  }),
  verify: { request: () => ({ method: 'GET', path: '/webhooks' }), read: verdictOfAnswer },
};

/** The texts that may be sent. The service does not detect carriers, so it needs both. */
export const NUMBER = /^[0-9A-Z]{4,64}$/;
export const CARRIER_CODE = /^[a-z0-9_]{2,60}$/;
