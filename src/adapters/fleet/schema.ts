import { z } from 'zod';
import {
  looseCode,
  looseList,
  looseNumber,
  looseObject,
  looseText,
} from '../../kernel/wire/loose.ts';

/** Maximum of scans in one request or one part of a drop. */
export const SCANS_MAX = 1_000;

/**
 * A scan as the inbox stores it. Who scanned, and where the recipient's door is, stay in the sealed
 * inbound message and are not read here.
 */
const scan = z.object({
  tracking_number: looseCode,
  /**
   * The carrier of another carrier's parcel in the merchant's own building; absent: own couriers.
   */
  carrier: looseCode,
  code: looseCode,
  reason_code: looseCode,
  scanned_at: looseText,
  facility_code: looseText,
  piece: looseCode,
});

export const scanBatch = looseObject({
  /** How far the sender's clock is ahead of ours, in ms. */
  clock_offset_ms: looseNumber,
  scans: looseList(scan, SCANS_MAX).optional(),
});

export type Scan = z.output<typeof scan>;
