import {
  type CarrierAccess,
  type CarrierCall,
  type HttpAnswer,
  type VerifyOutcome,
  waitRequestedBy,
} from 'waybill/adapter';

const ITALY = 'https://api-shipx-it.easypack24.net';

/** A token of the ShipX API, which is created in the Parcel Manager and does not expire. */
export const access: CarrierAccess = {
  credentials: [
    { name: 'token', label: 'ShipX API token', secret: true, required: true },
    { name: 'country', label: 'Country: PL or IT', secret: false, required: false },
  ],
  origins: {
    production: 'https://api-shipx-pl.easypack24.net',
    test: 'https://sandbox-api-shipx-pl.easypack24.net',
    others: [ITALY],
  },
  headers: ({ token = '' }) => ({ authorization: `Bearer ${token}` }),
  // Tracking needs no token, so it cannot verify one; the organizations of an account do.
  verify: {
    request: ({ country = '' }) => shipxCall('/v1/organizations', country),
    read: readVerdict,
  },
};

/** A call to the host of the account's country, by default Poland. */
export function shipxCall(path: string, country = ''): CarrierCall {
  const isItalian = country.trim().toUpperCase() === 'IT';
  return { method: 'GET', path, ...(isItalian ? { origin: ITALY } : {}) };
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
