/** What a form did, told on the page that follows: by name, so that no address can put words in. */
const NOTICES: Readonly<Record<string, string>> = {
  replayed: 'Returned to the inbox. Receipts that still cannot be processed will reappear here.',
  replayed_some: 'Returned as many as one request allows; replay again for the rest.',
  dismissed: 'Dismissed. It is kept, and can still be replayed at its URL.',
  resolved: 'The rule is active in every process. Parcels with the code are being renormalized.',
  left: 'Ignored. Parcels with it are still read as in transit.',
  switched: 'Activated. Every process follows within a second.',
  overlay: 'The overlay is active. Every process follows within a second.',
  resent: 'Queued for sending, in order for each shipment.',
  resent_some: 'As many as one request allows are queued; resend for the rest.',
  message_resent: 'Queued for sending, with all retries.',
  enabled: 'Enabled. Missed events are sent in order.',
  noted: 'Noted.',
  kept: 'Owner and deadline saved.',
  ended: 'Resolved. The merchant’s systems are notified.',
  delivery_request: 'Saved. The merchant’s systems are notified.',
  address_approved: 'Approved. The parcel continues to that address.',
  address_refused: 'The recipient will be asked again.',
  model: 'The model is active. Every process follows within seconds.',
  device_revoked: 'Revoked. Its key opens nothing any more, and what it had not sent is refused.',
  handed_over: 'Handed over. Both couriers are told.',
  cancelled: 'Cancelled. Parcels already renormalized stay changed.',
};

export function noticeOf(query: URLSearchParams): string | null {
  const name = query.get('done') ?? '';
  return Object.hasOwn(NOTICES, name) ? (NOTICES[name] ?? null) : null;
}
