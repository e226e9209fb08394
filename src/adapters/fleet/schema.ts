import { z } from 'zod';
import {
  looseCode,
  looseList,
  looseNumber,
  looseObject,
  looseText,
} from '../../kernel/wire/loose.ts';

/** As many as one request or one part of a drop holds. */
export const SCANS_MAX = 1_000;

/**
 * A scan as the inbox keeps it. What says who scanned and where the recipient's door is stays in
 * the sealed inbound message: nothing here reads it.
 */
const scan = z.object({
  tracking_number: looseCode,
  /** Another carrier's parcel in the merchant's own building; absent: our own. */
  carrier: looseCode,
  code: looseCode,
  reason_code: looseCode,
  scanned_at: looseText,
  facility_code: looseText,
  piece: looseCode,
});

export const scanBatch = looseObject({
  /** How far the sender's clock is ahead of ours. */
  clock_offset_ms: looseNumber,
  scans: looseList(scan, SCANS_MAX).optional(),
});

export type Scan = z.output<typeof scan>;
