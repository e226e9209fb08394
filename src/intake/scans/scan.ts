import type { ErrorText } from '../../kernel/errors.ts';
import type { Tenant } from '../../kernel/tenant.ts';

/**
 * Limit of scans in one request, and of those that an adapter of scans reads from one inbound
 * message.
 */
export const SCANS_MAX = 1_000;

/**
 * Scans in one inbound message. The worker opens up to 1,600 messages at once; so that they fit in
 * memory, a large request is stored as several.
 */
export const SCANS_OF_INBOUND_MESSAGE_MAX = 200;

/**
 * One scan as received, checked for form. Its members have the API's names, because they are stored
 * like that.
 */
export interface Scan {
  readonly tracking_number: string;
  /**
   * The carrier, for another carrier's parcel in the merchant's own building; absent for own
   * couriers'.
   */
  readonly carrier?: string | undefined;
  readonly code: string;
  readonly reason_code?: string | undefined;
  /** ISO 8601; without an offset it is the local time of the facility. */
  readonly scanned_at: string;
  readonly facility_code?: string | undefined;
  readonly piece?: string | undefined;
  readonly device_id?: string | undefined;
  readonly employee_id?: string | undefined;
  readonly lat?: number | undefined;
  readonly lng?: number | undefined;
  readonly note?: string | undefined;
  readonly attributes?: Readonly<Record<string, string | number | boolean>> | undefined;
}

/** Why one scan was rejected; the others of its request are accepted. */
export interface ScanFault {
  readonly code: 'invalid' | 'unknown_carrier' | 'scanned_at_in_future' | 'facility_not_allowed';
  /** The member at fault, as a JSON pointer into the scan. */
  readonly pointer: string;
  readonly reason: ErrorText;
  readonly fix: ErrorText;
}

export type ScanResult =
  | { readonly outcome: 'accepted' | 'duplicate' }
  | { readonly outcome: 'rejected'; readonly error: ScanFault };

/** The sender of scans. */
export interface ScanSender {
  readonly tenant: Tenant;
  /** The facilities where the key may scan; null means everywhere. */
  readonly facilityCodes: readonly string[] | null;
  /** How far the sender's clock is ahead of the hub's; null if it did not say. */
  readonly clockOffsetMs: number | null;
}

/** The scans of one inbound message, and how far the clock of their sender was ahead. */
export interface ScanContent {
  readonly clock_offset_ms?: number;
  readonly scans: readonly {
    readonly carrier?: string | undefined;
    readonly tracking_number: string;
  }[];
}
