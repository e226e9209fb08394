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

/**
 * Texts that say what their code does, for events that come without one. They end where a comma
 * or a bracket adds something: "Delivered, Parcel Locker", but not "Delivered to …".
 */
const WORDS: readonly string[] = [
  'Shipping Label Created',
  'Pre-Shipment',
  'Pre-Shipment Info Sent to USPS',
  'Picked Up by Shipping Partner',
  'Arrived Shipping Partner Facility',
  'Departed Shipping Partner Facility',
  'Acceptance',
  'Accepted at USPS Facility',
  'Accepted at USPS Regional Facility',
  'Accepted at USPS Origin Facility',
  'Accepted at USPS Regional Origin Facility',
  'Picked up by Request',
  'USPS in possession of item',
  'USPS picked up item',
  'Arrived at Post Office',
  'Arrived at USPS Facility',
  'Arrived at USPS Regional Facility',
  'Arrived at USPS Regional Origin Facility',
  'Arrived at USPS Regional Destination Facility',
  'Arrived at USPS Origin Facility',
  'Arrived at USPS Destination Facility',
  'Arrived at Hub',
  'Sorting Complete',
  'Departed Post Office',
  'Departed USPS Facility',
  'Departed USPS Regional Facility',
  'Departed USPS Regional Origin Facility',
  'Departed USPS Regional Destination Facility',
  'In Transit to Next Facility',
  'Out for Delivery',
  'Notice Left',
  'Delivery Attempted - No Access to Delivery Location',
  'Refused',
  'Undeliverable as Addressed',
  'Insufficient Address',
  'No Such Number',
  'Addressee Unknown',
  'Moved, Left no Address',
  'Missent',
  'Alert',
  'Delivered',
];

const BY_LENGTH = [...REFINEMENTS]
  .sort((a, b) => b.length - a.length)
  .map((refinement) => ({ refinement, prefix: fold(refinement) }));

const BY_WORDS: ReadonlyMap<string, string> = new Map(WORDS.map((words) => [fold(words), words]));

/** The longest refinement that begins `text`, in whole words and any case; null when none does. */
export function refinementOf(text: string | null): string | null {
  if (text === null) return null;
  const folded = fold(text);
  const found = BY_LENGTH.find(
    ({ prefix }) => folded.startsWith(prefix) && !/^[a-z0-9]/.test(folded.slice(prefix.length)),
  );
  return found?.refinement ?? null;
}

/** What a text without a code says: a refinement, else known words; null when it is neither. */
export function wordingOf(text: string | null): string | null {
  const refinement = refinementOf(text);
  if (refinement !== null || text === null) return refinement;
  const folded = fold(text);
  const [beforeAddition = ''] = folded.split(/,| \(/, 1);
  return BY_WORDS.get(folded) ?? BY_WORDS.get(beforeAddition) ?? null;
}

/**
 * The categories that some answers give as their `status`, with no category beside it. Those of
 * deliveries, pickups and alerts are left out: their wordings are above, and say more.
 */
const CATEGORIES: readonly string[] = [
  'Pre-Shipment',
  'Accepted',
  'In Transit',
  'Moving Through Network',
  'International Transit',
  'Customs Transit',
  'Processing at Destination',
  'Preparing for Delivery',
  'Delivery Attempt',
];

const BY_CATEGORY: ReadonlyMap<string, string> = new Map(
  CATEGORIES.map((category) => [fold(category), category]),
);

/**
 * A category that is none of USPS's, by its words: a refinement it begins with, or the alert that
 * stands before its colon ("Alert: …"). The category itself where neither is known.
 */
export function knownCategory(category: string | null): {
  readonly text: string | null;
  readonly category: string | null;
} {
  const text = refinementOf(category);
  // "Available for Pickup" is both; as a category it says all there is.
  if (text !== null && text !== 'Available for Pickup') return { text, category: null };
  return {
    text: null,
    category: /^alert:/i.test(category ?? '') ? 'Alert' : category,
  };
}

/** The category that a status is the name of, as a whole; null when it is none. */
export function categoryOf(text: string | null): string | null {
  return text === null ? null : (BY_CATEGORY.get(fold(text)) ?? null);
}

function fold(text: string): string {
  return text.trim().toLowerCase().replace(/\s+/g, ' ');
}
