/**
 * Words that mean the same in every network, for an event whose service has neither a code for it
 * nor words of its own. Only a whole wording counts, so that "Returned to sender's depot" is
 * nothing we know, and none is a delivery. They stand in answers that public clients keep, beside
 * the coarse code; unverified.
 */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['returned to sender', 'returned_to_sender'],
  ['returned to shipper', 'returned_to_sender'],
  ['returned to the sender', 'returned_to_sender'],
  ['rto', 'return_instructed'],
  ['rto initiated', 'return_instructed'],
  ['shipper instructed to rto', 'return_instructed'],
  ['shipper instructed to rto the shipment', 'return_instructed'],
  ['available for pickup', 'ready_for_collection'],
  ['ready for pickup', 'ready_for_collection'],
  ['ready for collection', 'ready_for_collection'],
  ['shipment canceled', 'shipment_cancelled'],
  ['shipment cancelled', 'shipment_cancelled'],
  ['out for delivery', 'out_for_delivery'],
  ['out for delivery today', 'out_for_delivery'],
  ['die sendung wurde in das zustellfahrzeug geladen', 'out_for_delivery'],
  ['loaded onto the delivery vehicle', 'out_for_delivery'],
  ['loaded into the delivery vehicle', 'out_for_delivery'],
  ['in zustellung', 'out_for_delivery'],
  ['available for pick-up', 'ready_for_collection'],
  ['available for collection', 'ready_for_collection'],
  ['ready for pick-up', 'ready_for_collection'],
  ['held at customs', 'held_at_customs'],
]);

/** Openings that apply whatever reason follows. */
const ATTEMPT =
  /^(?:delivery attempt unsuccessful|unsuccessful delivery attempt|delivery attempted|delivery attempt failed)(?![\p{L}\d])/u;

/** The subject of the words, which says nothing by itself. */
const SUBJECT =
  /^(?:(?:the|your) )?(?:shipment|parcel|package|item)(?: (?:is|was|has been))?(?: now)? /;

/** Where a recipient collects, behind the words that a parcel is ready there. */
const COUNTER =
  /^(?:available|ready) for (?:pick-?up|collection) (?:at|from|in) (?:(?:an?|the|your) )?(?:dhl )?(?:access point|service ?point|parcel ?shop|pick-?up (?:point|location)|collection point|(?:parcel )?locker|packstation|post office)$/;

/**
 * The value of match key `text`, ignoring case, blanks, a full stop and the subject; null for other
 * words.
 */
export function plainWordsOf(text: string | null): string | null {
  const folded = text?.trim().toLowerCase().replace(/\s+/g, ' ').replace(/\.$/, '') ?? '';
  const said = folded.replace(SUBJECT, '');
  const known = WORDS.get(folded) ?? WORDS.get(said);
  if (known !== undefined) return known;
  if (COUNTER.test(said)) return 'ready_for_collection';
  return ATTEMPT.test(said) ? 'delivery_attempted' : null;
}
