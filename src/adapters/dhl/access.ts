import type { CarrierAccess, HttpAnswer, VerifyOutcome } from '../contract/pull.ts';
import { isAboutRequest, readAnswer } from './failures.ts';

/** MyDHL API (Express), with credentials of its own: HTTP Basic. */
export const MY_DHL_ORIGIN = 'https://express.api.dhl.com';

/** Location Finder – Unified: production only, on another host than tracking. */
export const LOCATION_FINDER_ORIGIN = 'https://api.dhl.com';

/**
 * Access to Shipment Tracking – Unified and its push: the consumer key of an app, without its
 * secret (OpenAPI 1.3.1, read 2026-11-20). The key is never sent to MyDHL, nor MyDHL's password to
 * Unified.
 */
export const access: CarrierAccess = {
  credentials: [
    { name: 'api_key', label: 'API Key (consumer key)', secret: true, required: true },
    {
      name: 'location_api_key',
      label: 'API Key of an app with Location Finder – Unified, where it is another',
      secret: true,
      required: false,
    },
    { name: 'mydhl_username', label: 'MyDHL API username', secret: false, required: false },
    { name: 'mydhl_password', label: 'MyDHL API password', secret: true, required: false },
  ],
  origins: {
    production: 'https://api-eu.dhl.com',
    test: 'https://api-sandbox.dhl.com',
    others: [MY_DHL_ORIGIN, LOCATION_FINDER_ORIGIN],
  },
  headers(credentials, _token, origin): Readonly<Record<string, string>> {
    const { api_key: key = '', location_api_key: locationKey = '' } = credentials;
    if (origin === LOCATION_FINDER_ORIGIN) return { 'dhl-api-key': locationKey || key };
    if (origin !== MY_DHL_ORIGIN) return { 'dhl-api-key': key };
    const { mydhl_username: name = '', mydhl_password: password = '' } = credentials;
    const basic = Buffer.from(`${name}:${password}`, 'utf8').toString('base64');
    return { authorization: `Basic ${basic}` };
  },
  // No parcel has that number: a valid key is answered with 404, and one call of the day is spent.
  verify: {
    request: () => ({ method: 'GET', path: '/track/shipments?trackingNumber=0000000000' }),
    read: readVerdict,
  },
};

function readVerdict(answer: HttpAnswer): VerifyOutcome {
  const nowMs = Date.parse(answer.headers['date'] ?? '');
  const read = readAnswer({ kind: 'http', ...answer }, nowMs);
  if (read.ok || isAboutRequest(read.failure)) return { outcome: 'accepted' };
  const { outcome, ...said } = read.failure;
  return { outcome: outcome === 'unsent' ? 'error' : outcome, ...said };
}
