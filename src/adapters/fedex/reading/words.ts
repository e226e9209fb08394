/**
 * Codes of scans by the words that FedEx says beside them, for a scan or a current status that has
 * no code at all. A code is never overruled: words come in the language asked for and were changed
 * more than once. Only a whole wording counts, but for case, blanks and punctuation, so that
 * "Delivered" is a delivery and "Delivered to sender" is nothing we know. Null for any other words.
 */
export function eventOfWords(words: string | undefined): string | null {
  return words === undefined ? null : (EVENTS_BY_WORDS.get(fold(words)) ?? null);
}

/** What stands for a code here, as the tests ask for it. */
export type Wordings = readonly (readonly [event: string, description: string])[];

/** The table "Tracking Status Codes", without rows that say two things or are no words of a scan. */
export const DOCUMENTED: Wordings = [
  ['AA', 'At airport'],
  ['AC', 'At Canada Post facility'],
  ['AD', 'At delivery'],
  ['AF', 'At local FedEx facility'],
  ['AP', 'At pickup'],
  ['AR', 'Arrived at FedEx location'],
  ['AX', 'At USPS facility'],
  ['CA', 'Shipment cancelled'],
  ['CH', 'Location changed'],
  ['DD', 'Delivery delay'],
  ['DL', 'Delivered'],
  ['DP', 'Departed'],
  ['DS', 'Vehicle dispatched'],
  ['ED', 'Enroute to delivery'],
  ['EO', 'Enroute to origin airport'],
  ['EP', 'Enroute to pickup'],
  ['FD', 'At FedEx destination'],
  ['HL', 'Hold at location'],
  ['HP', 'Ready for recipient pickup'],
  ['IT', 'In transit'],
  ['LO', 'Left origin'],
  ['OD', 'Out for delivery'],
  ['OF', 'At FedEx origin facility'],
  ['OX', 'Shipment information sent to USPS'],
  ['PD', 'Pickup delay'],
  ['PF', 'Plane in flight'],
  ['PL', 'Plane landed'],
  ['PU', 'Picked up'],
  ['RR', 'Delivery option requested'],
  ['RM', 'Delivery option modified'],
  ['RS', 'Return to shipper'],
  ['RP', 'Return label link emailed'],
  ['LP', 'Return label link cancelled by originator'],
  ['RG', 'Return label link expiring soon'],
  ['RD', 'Return label link expired'],
  ['SF', 'At sort facility'],
  ['TR', 'Transfer'],
  ['CC', 'Cleared customs'],
  ['CD', 'Clearance delay'],
  ['CP', 'Clearance in progress'],
  ['DO', 'Dropped off'],
  ['US', 'Scheduled delivery updated'],
  ['IP', 'In FedEx possession'],
  ['MD', 'Manifest data'],
  ['RT', 'Return to shipper requested'],
  ['AS', 'Address corrected'],
];

/**
 * Wordings of FedEx's pages and of answers in public test data, beside these codes there. None of
 * them is a delivery.
 */
export const SHOWN: Wordings = [
  ['OC', 'Label created'],
  ['OC', 'Shipping label has been created'],
  ['OC', 'Shipment information sent to FedEx'],
  ['PU', 'We have your package'],
  ['PU', 'Picked up by FedEx'],
  ['PU', 'Shipment picked up'],
  ['DP', 'Left FedEx origin facility'],
  ['DP', 'Departed FedEx location'],
  ['DP', 'Departed FedEx hub'],
  ['AR', 'Arrived at FedEx hub'],
  ['AR', 'At destination sort facility'],
  ['FD', 'At FedEx destination facility'],
  ['IT', 'On the way'],
  ['OD', 'On FedEx vehicle for delivery'],
  ['HP', 'Ready for pickup'],
  ['AE', 'Shipment arriving early'],
  ['AO', 'Shipment arriving On-Time'],
  ['DY', 'Delay'],
  ['DE', 'Delivery exception'],
  ['SE', 'Shipment exception'],
  ['SE', 'Exception'],
  ['CD', 'Clearance delay - Import'],
  ['CC', 'International shipment release - Import'],
  ['RS', 'Returning package to shipper'],
  ['CA', 'Shipment cancelled by sender'],
];

const EVENTS_BY_WORDS: ReadonlyMap<string, string> = new Map(
  [...DOCUMENTED, ...SHOWN].map(([event, words]) => [fold(words), event]),
);

const CODES: ReadonlySet<string> = new Set(EVENTS_BY_WORDS.values());

/** Codes of FedEx's lists that no wording above stands for. */
const OTHERS: ReadonlySet<string> = new Set(
  'BR CU DR EA HA IN IX LC Ow PM PR PX RA RC SH SP TP'.split(' '),
);

/**
 * What the words say where the code beside them is in no list of FedEx, which is open, and would make
 * it nothing but "on the way". They never make a delivery of it, and a code of a list holds against
 * them.
 */
export function refinedByWords(event: string | undefined, words: string | undefined) {
  if (event === undefined || CODES.has(event) || OTHERS.has(event)) return event;
  const said = eventOfWords(words);
  return said === null || said === 'DL' ? event : said;
}

/** Letters and digits, with one blank for whatever stands between them. */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
