/**
 * Event texts that say more than their code does: code `01` is "delivered", also when the text
 * says that the sender got the parcel back. The match key `text` holds the entry of this list
 * that begins the carrier's wording, so that a mapping can name it exactly although the wording
 * goes on ("Available for Pickup, PORTLAND …"). Sources are in codes.csv, `usps_event_text`.
 */
const REFINEMENTS: readonly string[] = [
  'Delivered, To Original Sender',
  'Delivered to Agent for Final Delivery',
  'Delivered, To Agent',
  'Return to Sender Processed',
  'Return to Sender',
  'Unclaimed/Being Returned to Sender',
  'Held at Post Office, At Customer Request',
  'Available for Pickup',
  'Available for Redelivery or Pickup',
  'Label Cancelled',
  'Intercepted',
  'Held in Customs',
  'Customs Clearance',
  'Sent to Mail Recovery Center',
  'Delivery Exception, Animal Interference',
  'Delivery Exception, Local Weather Delay',
  'Processing Exception, Other Delay',
  'In Transit, Arriving Late',
  'Awaiting Delivery Scan',
  'Disposed by Post Office',
  'Redelivery Scheduled',
];

const BY_LENGTH = [...REFINEMENTS]
  .sort((a, b) => b.length - a.length)
  .map((refinement) => ({ refinement, prefix: fold(refinement) }));

/** The longest refinement that begins `text`, in whole words and any case; null when none does. */
export function refinementOf(text: string | null): string | null {
  if (text === null) return null;
  const folded = fold(text);
  const found = BY_LENGTH.find(
    ({ prefix }) => folded.startsWith(prefix) && !/^[a-z0-9]/.test(folded.slice(prefix.length)),
  );
  return found?.refinement ?? null;
}

function fold(text: string): string {
  return text.trim().toLowerCase().replace(/\s+/g, ' ');
}
