import type { CodeMatch } from '../../contract/contract.ts';

/**
 * The codes that an event or a current status without any stands for by its description, when that
 * is, but for case, blanks and punctuation, one of the wordings below. Nothing is made of a part of
 * a wording: "Delivered" is a delivery, "Delivered, to agent" is nothing we know. Null when there
 * is none.
 *
 * Wordings are in only where all codes of `codes.csv` that share one agree on the status, and
 * "Delivered to Agent" (143) is left out: who has the parcel then, a code must say.
 */
export function codesOfWords(description: string | undefined): CodeMatch | null {
  return description === undefined ? null : (CODES_BY_WORDS.get(fold(description)) ?? null);
}

/**
 * Codes with the status that the words stand for, where they bring none that UPS's list has: the type
 * alone says too little then, and of type D too much. A code that is listed with its type is matched
 * before the status and so holds against the words. They never make a delivery, and type I of nothing
 * but the way.
 */
export function refinedByWords(
  codes: CodeMatch | null,
  description: string | undefined,
): CodeMatch | null {
  const { type, code = '', status3 } = codes ?? {};
  if (codes === null || type === undefined) return codes;
  if (status3 !== undefined && !UNLISTED.test(status3)) return codes;
  if (type === 'I' && SCANS.some(([listed]) => listed === code)) return codes;
  const said = description === undefined ? undefined : statusOfWords(fold(description));
  const isOfType =
    said !== undefined &&
    (type === 'I' ? said === '021' : ['X', 'D'].includes(type) && SETBACKS.has(said));
  return isOfType ? { ...codes, status3: said } : codes;
}

/** Three digits that the appendix skips, or has not reached. */
const UNLISTED = /^(?:00[12489]|015|031|15[0-2]|1[7-9]\d|[2-9]\d\d)$/;

/** Of the status codes: waiting for the recipient, attempted, refused, undeliverable, sent back. */
const SETBACKS: ReadonlySet<string> = new Set(
  '017 022 023 024 034 035 036 040 060 061 062 064 066 067 069 144 161'.split(' '),
);

/** An attempt is told with its reason behind it; one that is yet to come is none. */
const ATTEMPT =
  /^(?:(?:first|second|third|final) )?delivery attempt(?:ed)?(?! (?:will|is|to|scheduled|requested|planned)(?: |$))(?: |$)/;

function statusOfWords(folded: string): string | undefined {
  const known = CODES_BY_WORDS.get(folded)?.['status3'];
  return known ?? (ATTEMPT.test(folded) ? '060' : undefined);
}

/** What stands for a code here, as the tests ask for it. */
export type Wordings = readonly (readonly [code: string, description: string])[];

/** Three-digit status codes by the descriptions of the tracking appendix, the first code of each. */
export const STATUSES: Wordings = [
  ['003', 'Shipment Ready for UPS'],
  ['005', 'On the Way'],
  ['007', 'Shipment Information Voided'],
  ['011', 'Delivered'],
  ['012', 'Clearance in Progress'],
  ['013', 'Exception'],
  ['014', 'Clearance Completed'],
  ['016', 'In Warehouse'],
  ['017', 'Held for Customer Pickup'],
  ['018', 'Delivery Change Requested: Hold for Pickup'],
  ['019', 'Held for Future Delivery'],
  ['020', 'Held for Future Delivery Requested'],
  ['021', 'Out for Delivery'],
  ['022', 'First Attempt Made'],
  ['023', 'Second Delivery Attempted'],
  ['024', 'Final Attempt Made'],
  ['026', 'Delivered by Local Post Office'],
  ['027', 'Delivery Address Change Requested'],
  ['028', 'Delivery Address Changed'],
  ['029', 'Exception: Action Required'],
  ['030', 'Local Post Office Exception'],
  ['032', 'Adverse Weather May Cause Delay'],
  ['033', 'Return to Sender Requested'],
  ['034', 'Returned to Sender'],
  ['035', 'Returning to Sender'],
  ['036', 'Returning to Sender: In Transit'],
  ['038', 'Picked Up by UPS'],
  ['040', 'Ready for Customer Pickup'],
  ['041', 'Service Upgrade Requested'],
  ['042', 'Service Upgraded'],
  ['043', 'Voided Pickup'],
  ['044', 'On the Way to UPS'],
  ['046', 'Delay'],
  ['049', 'Delay: Action Required'],
  ['050', 'Address Information Required'],
  ['051', 'Delay: Emergency Situation or Severe Weather'],
  ['052', 'Delay: Severe Weather'],
  ['054', 'Delivery Change Requested'],
  ['055', 'Rescheduled Delivery'],
  ['057', 'On the Way to a Local UPS Access Point'],
  ['058', 'Clearance Information Required'],
  ['059', 'Damage Reported'],
  ['060', 'Delivery Attempted'],
  ['061', 'Delivery Attempted: Adult Signature Required'],
  ['062', 'Delivery Attempted: Funds Required'],
  ['063', 'Delivery Change Completed'],
  ['064', 'Delivery Refused'],
  ['065', 'Pickup Attempted'],
  ['066', 'Post Office Delivery Attempted'],
  ['067', 'Returned to Sender by Post Office'],
  ['068', 'Sent to Lost and Found'],
  ['069', 'Unable to Deliver'],
  ['070', 'Package not at UPS Access Point yet'],
  ['071', 'Preparing for Delivery'],
  ['072', 'Loaded on Delivery Vehicle'],
  ['073', 'In Transit to UPS Delivery Partner'],
  ['074', 'UPS Delivery Partner has Shipment'],
  ['075', 'Scheduled for Delivery'],
  ['076', 'UPS Delivery Partner Exception'],
  ['077', 'Scheduled for Pickup Today'],
  ['078', 'Your Driver is Arriving Soon!'],
  ['079', 'Order Processed: In Transit to UPS'],
  ['080', 'Order Processed: Ready for UPS'],
  ['081', 'Returned - Damage Reported'],
  ['082', 'Delivery Instructions Received'],
  ['083', 'Held'],
  ['084', 'Cleared'],
  ['085', 'Held for COD Payment'],
  ['092', 'Customs Clearance in Progress'],
  ['095', 'Additional Attempt Requested'],
  ['096', 'Address Change Confirmed'],
  ['097', 'Address Change Requested'],
  ['098', 'Deliver to Original Address Requested'],
  ['099', 'Deliver to Original Address Confirmed'],
  ['100', 'Hold at UPS Access Point Confirmed'],
  ['101', 'Hold at UPS Access Point Requested'],
  ['102', 'Hold for Courier Requested'],
  ['103', 'Hold for Courier Confirmed'],
  ['104', 'Hold for Instructions Confirmed'],
  ['105', 'Hold for Instructions Requested'],
  ['106', 'Hold for Pickup Confirmed'],
  ['107', 'Hold for Pickup Requested'],
  ['108', 'Hold for Pickup Today Confirmed'],
  ['109', 'Hold for Pickup Today Requested'],
  ['110', 'Refrigeration Confirmed'],
  ['111', 'Refrigeration Requested'],
  ['112', 'Re-Ice Confirmed'],
  ['113', 'Re-Ice Requested'],
  ['114', 'Request Canceled'],
  ['115', 'Reschedule Delivery Confirmed'],
  ['116', 'Reschedule Delivery Requested'],
  ['117', 'Return by Saturday Confirmed'],
  ['118', 'Return to Sender Confirmed'],
  ['120', 'Saturday Delivery Confirmed'],
  ['121', 'Saturday Delivery Requested'],
  ['122', 'Upgrade Confirmed'],
  ['123', 'Pending Release From Non-UPS Broker'],
  ['124', 'Clearance Information Needed'],
  ['126', 'Pending Government Agency Release'],
  ['131', 'Final Pickup Attempted'],
  ['132', 'Airport Security Delay'],
  ['133', 'Return Label Left With Customer'],
  ['134', 'Cleared Import Customs'],
  ['135', 'Second Pickup Attempted'],
  ['136', 'Delivery Rescheduled for Saturday'],
  ['137', 'Transferred to UPS Delivery Partner'],
  ['138', 'Awaiting Scheduled Departure'],
  ['139', 'Security Access Required'],
  ['141', 'Incomplete Documentation Received'],
  ['144', 'Delivered to Post Office for Pickup'],
  ['147', 'Seized by Law Enforcement, No Longer in UPS possession'],
  ['148', 'Package Information Unavailable'],
  ['149', 'Prohibited Contents, Package Destroyed No Longer in UPS possession'],
  ['153', 'Updated Delivery Time'],
  ['154', 'Updated Delivery Date'],
  ['155', 'Delivery Photo'],
  ['160', 'We Have Your Package'],
  ['161', 'Delivered to UPS Access Point'],
  ['166', 'Shipment Ready for Roadie'],
  ['167', 'Dropped off at UPS Store by Customer'],
  ['168', 'Dropped off at Retail Location by Customer'],
  ['169', 'Dropped off at a UPS Access Point by Customer'],
];

/** Scans of type I by the descriptions of the same appendix. */
export const SCANS: Wordings = [
  ['AG', 'Package is in transit to a UPS facility'],
  ['AR', 'Arrival scan'],
  ['AT', 'Air Transit Scan'],
  ['CA', 'Cancelled Arrival'],
  ['CD', 'Cancelled Departure'],
  ['CL', 'Cancel Unload'],
  ['DL', 'Driver Load'],
  ['DP', 'Departure scan'],
  ['DS', 'Destination scan'],
  ['EP', 'Export scan'],
  ['HU', 'Hub Scan'],
  ['IP', 'Import Scan'],
  ['LC', 'Location Scan'],
  ['OD', 'Loaded on delivery vehicle for delivery'],
  ['OR', 'Origin scan or we have your package'],
  ['PC', 'Pickup by UPS Package Car'],
  ['PU', 'Pickup scan'],
  ['PT', 'Pickup by UPS trailer'],
  ['UA', 'Updated Arrival'],
  ['UD', 'Updated Departure'],
  ['UL', 'Unload Scan'],
  ['VP', 'Void Pickup'],
  ['WH', 'Warehouse Scan, package is residing in a UPS warehouse'],
  ['XA', 'At Local Post Office'],
  ['XD', 'Drop off'],
  ['XR', 'Received by the local post office'],
  ['YF', 'USPS Out for Delivery'],
  ['YI', 'Out For Delivery to UPS Access Point'],
  ['YM', 'Package moving to local post office'],
  ['YN', 'Package received into postal network'],
];

/**
 * Wordings of UPS's own pages and answers that the appendix does not have, with the codes that
 * stand beside them in answers. None of them is a delivery.
 */
export const SHOWN: readonly (readonly [codes: CodeMatch, description: string])[] = [
  [{ status3: '005' }, 'In Transit'],
  [{ type: 'M', code: 'MP' }, 'Shipper created a label, UPS has not received the package yet.'],
  [{ type: 'M', code: 'MP' }, 'Shipper created a label, UPS has not received the package'],
  [{ type: 'M', code: 'MP' }, 'Label Created'],
  [{ type: 'I', code: 'OR' }, 'Origin Scan'],
  [{ type: 'I', code: 'AR' }, 'Arrived at Facility'],
  [{ type: 'I', code: 'AR' }, 'Arrived at UPS Facility'],
  [{ type: 'I', code: 'DP' }, 'Departed from Facility'],
  [{ type: 'I', code: 'DP' }, 'Departed UPS Facility'],
  [{ type: 'I', code: 'YP' }, 'Processing at UPS Facility'],
  [{ type: 'I', code: 'WH' }, 'Warehouse Scan'],
  [{ type: 'I', code: 'OT' }, 'Out For Delivery Today'],
];

const CODES_BY_WORDS: ReadonlyMap<string, CodeMatch> = new Map([
  ...STATUSES.map(([status3, words]): [string, CodeMatch] => [fold(words), { status3 }]),
  ...SCANS.map(([code, words]): [string, CodeMatch] => [fold(words), { type: 'I', code }]),
  ...SHOWN.map(([codes, words]): [string, CodeMatch] => [fold(words), codes]),
]);

/** Letters and digits, with one blank for whatever stands between them. */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
