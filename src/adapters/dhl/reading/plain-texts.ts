/**
 * Words that mean the same in every network, for an event whose service has neither a code for it
 * nor words of its own. Only a whole wording counts, so that "Returned to sender's depot" is
 * nothing we know, and none is a delivery. They stand in answers that public clients keep, beside
 * the coarse code; unverified.
 */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['returned to sender', 'returned_to_sender'],
  ['returned to shipper', 'returned_to_sender'],
  ['shipment returned to sender', 'returned_to_sender'],
  ['shipment returned to shipper', 'returned_to_sender'],
  ['the shipment was returned to the sender', 'returned_to_sender'],
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
  ['die sendung wurde in das zustellfahrzeug geladen', 'out_for_delivery'],
  ['the shipment has been loaded onto the delivery vehicle', 'out_for_delivery'],
  ['the shipment has been loaded into the delivery vehicle', 'out_for_delivery'],
  ['in zustellung', 'out_for_delivery'],
  ['available for pick-up', 'ready_for_collection'],
  ['ready for pick-up', 'ready_for_collection'],
  ['the shipment is ready for pick-up', 'ready_for_collection'],
  ['ready for pickup at service point', 'ready_for_collection'],
  ['held at customs', 'held_at_customs'],
]);

/** Openings that hold for whatever reason follows them. */
const ATTEMPT =
  /^(?:delivery attempt unsuccessful|unsuccessful delivery attempt|delivery attempted|delivery attempt failed)(?![\p{L}\d])/u;

/** The value of match key `text`, but for case, blanks and a full stop; null for other words. */
export function plainWordsOf(text: string | null): string | null {
  const folded = text?.trim().toLowerCase().replace(/\s+/g, ' ').replace(/\.$/, '') ?? '';
  return WORDS.get(folded) ?? (ATTEMPT.test(folded) ? 'delivery_attempted' : null);
}
