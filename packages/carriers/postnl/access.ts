import {
  type CarrierAccess,
  type CarrierCall,
  type HttpAnswer,
  type VerifyOutcome,
  waitRequestedBy,
} from 'waybill/adapter';

/** An API key in a header. Keys of the sandbox work only at the sandbox's host. */
export const access: CarrierAccess = {
  credentials: [{ name: 'api_key', label: 'API key', secret: true, required: true }],
  origins: { production: 'https://api.postnl.nl', test: 'https://api-sandbox.postnl.nl' },
  headers: ({ api_key = '' }) => ({ apikey: api_key }),
  // The barcode of the document's example. A valid key gets 200, even for unknown barcodes.
  verify: { request: () => statusCall('3SDEVC288882229'), read: readVerdict },
};

/** The call for all events and statuses of a barcode, with English descriptions. */
export function statusCall(barcode: string): CarrierCall {
  const path = `/shipment/v2/status/barcode/${barcode}?detail=true&language=EN`;
  return { method: 'GET', path };
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
