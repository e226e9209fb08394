/** Confirmations shown on the page after a form: by name, so that a URL cannot inject text. */
const NOTICES: Readonly<Record<string, string>> = {
  replayed:
    'Queued for processing. Dead letters that still cannot be processed will reappear here.',
  replayed_some:
    'The first part is queued for processing: one request cannot take more. Replay again for the rest.',
  dismissed: 'Dismissed. It is kept; you can still open it by its id and replay it.',
  resolved:
    'The rule is active in every process. Stored parcels with the code are being renormalized: read again, with the rule.',
  left: 'The code is ignored. Parcels with it still count as in transit.',
  switched: 'Activated. Every process follows within a second.',
  overlay: 'The overlay is active. Every process follows within a second.',
  resent: 'Queued for sending, in order for each shipment.',
  resent_some: 'The first part is queued: one request cannot take more. Resend again for the rest.',
  message_resent: 'Queued for sending. If it fails, it is retried as often as a new message.',
  enabled: 'Enabled. Missed events are sent in order.',
  noted: 'Note added.',
  kept: 'Owner and deadline saved.',
  ended: 'The case is closed. The merchant’s systems are notified.',
  delivery_request: 'Saved. The merchant’s systems are notified.',
  address_approved:
    'Approved. The new address is saved and, if the carrier supports it, was sent to the carrier.',
  address_refused: 'The recipient will be asked again.',
  model: 'The model is active. Every process follows within seconds.',
  device_revoked:
    'The phone is revoked: its key no longer works. What it has not sent yet stays on it, and can be sent after the phone is enrolled again for the same courier.',
  handed_over: 'Handed over. Both couriers are notified.',
  handed_in: 'Handed in. The courier is notified.',
  delivery_assigned: 'Assigned. The courier’s phone shows it.',
  delivery_offered: 'Offered anew: couriers near the pickup are asked.',
  area_paused: 'Paused: nobody is asked for what is to be fetched there.',
  area_resumed: 'Couriers are asked again, at once.',
  cancelled: 'Cancelled. Parcels already renormalized stay changed.',
};

export function noticeOf(query: URLSearchParams): string | null {
  const name = query.get('done') ?? '';
  return Object.hasOwn(NOTICES, name) ? (NOTICES[name] ?? null) : null;
}
