/** What a form did, told on the page that follows: by name, so that no address can put words in. */
const NOTICES: Readonly<Record<string, string>> = {
  replayed: 'Put back into the inbox; what is still not understood comes back here.',
  replayed_some: 'Put back as many as are taken at once; replay again for the rest.',
  dismissed: 'Dismissed. It is kept, and may still be replayed by its address.',
  resolved:
    'The rule is in force for every process. The parcels that carried the code are read again.',
  left: 'Let be. Its parcels stay read as moving.',
  switched: 'In force. Every process follows within a second.',
  overlay: 'The overlay is in force. Every process follows within a second.',
  resent: 'They wait to be sent, in order for each shipment.',
  resent_some: 'As many as are taken at once wait to be sent; send again for the rest.',
  message_resent: 'It waits to be sent, as often as at first.',
  enabled: 'Enabled. What was missed is sent in order.',
  noted: 'Noted.',
  kept: 'Owner and deadline are as you set them.',
  ended: 'Ended. The merchant’s systems are told.',
  delivery_request: 'Noted, and told to the merchant’s systems.',
  address_approved: 'Approved. The parcel goes on to that address.',
  address_refused: 'The recipient is asked again.',
  model: 'The model is in force. Every process follows within seconds.',
  cancelled: 'Ended. What was read again stays so.',
};

export function noticeOf(query: URLSearchParams): string | null {
  const name = query.get('done') ?? '';
  return Object.hasOwn(NOTICES, name) ? (NOTICES[name] ?? null) : null;
}
