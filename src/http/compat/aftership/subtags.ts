import { z } from 'zod';
import { readVocabulary, type Vocabulary } from '../vocabulary.ts';

/**
 * The sub-tags that may be sent, each with AfterShip's text for it. From the page of delivery
 * sub-statuses and two code lists of others, read 2026-11-24. Codes whose meaning was not found
 * there are left out, so that none can be used by mistake.
 */
const TEXTS = {
  Pending_001: 'Pending',
  InfoReceived_001: 'Info Received',
  InTransit_001: 'In Transit',
  InTransit_002: 'Acceptance scan',
  InTransit_003: 'Arrival scan',
  InTransit_004: 'Arrived at the destination country/region',
  InTransit_005: 'Customs clearance completed',
  InTransit_006: 'Customs clearance started',
  InTransit_007: 'Departure Scan',
  InTransit_008: 'Problem resolved',
  InTransit_009: 'Forwarded to a different delivery address',
  OutForDelivery_001: 'Out for Delivery',
  OutForDelivery_003: 'Customer contacted',
  OutForDelivery_004: 'Delivery appointment scheduled',
  AttemptFail_001: 'Failed Attempt',
  AttemptFail_002: 'Addressee not available',
  AttemptFail_003: 'Business Closed',
  AvailableForPickup_001: 'Available for pickup',
  Delivered_001: 'Delivered',
  Delivered_002: 'Picked up by the customer',
  Delivered_003: 'Sign by customer',
  Delivered_004: 'Delivered and received cash on delivery',
  Exception_001: 'Exception',
  Exception_002: 'Customer moved',
  Exception_003: 'Customer refused delivery',
  Exception_004: 'Delayed (Customs clearance)',
  Exception_005: 'Delayed (External factors)',
  Exception_006: 'Held for payment',
  Exception_007: 'Incorrect Address',
  Exception_008: 'Pick up missed',
  Exception_009: 'Rejected by carrier',
  Exception_010: 'Returning to sender',
  Exception_011: 'Returned to sender',
  Exception_012: 'Shipment damage',
  Exception_013: 'Shipment lost',
  Exception_016: 'Delayed (Processing issue)',
  Exception_017: 'Delayed (Extreme weather)',
  Exception_018: 'Incorrect or missing documents',
  Expired_001: 'Expired',
} as const;

export type Subtag = keyof typeof TEXTS;

export const SUBTAGS = Object.keys(TEXTS) as readonly Subtag[];

/** The words of `config/compat/aftership.yaml`. */
export const theirs = z.enum(SUBTAGS);

/** AfterShip's words for the hub's; read once, when the first request needs them. */
export function aftershipWords() {
  words ??= readVocabulary('aftership', theirs);
  return words;
}

let words: Vocabulary<z.output<typeof theirs>> | null = null;

export const TAGS = [
  'Pending',
  'InfoReceived',
  'InTransit',
  'OutForDelivery',
  'AttemptFail',
  'Delivered',
  'AvailableForPickup',
  'Exception',
  'Expired',
] as const;

export type Tag = (typeof TAGS)[number];

/** A status as a tracking or a checkpoint shows it. */
export interface TagMembers {
  readonly tag: Tag;
  readonly subtag: Subtag;
  readonly subtag_message: string;
}

/** Returns the members that show a sub-tag. */
export function tagMembers(subtag: Subtag): TagMembers {
  return { tag: tagOf(subtag), subtag, subtag_message: TEXTS[subtag] };
}

function tagOf(subtag: Subtag): Tag {
  return subtag.slice(0, subtag.indexOf('_')) as Tag;
}
