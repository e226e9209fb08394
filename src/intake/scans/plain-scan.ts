import type { Scan } from './scan.ts';

/** Printable ASCII without blanks at its ends: such a text is accepted unchanged. */
const PLAIN = /^[!-~](?:[ -~]{0,62}[!-~])?$/;
/** A time to the second or finer, with or without offset. */
const PLAIN_TIME = /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?$/;

/** Members whose text may be 64 characters or more. */
const TEXTS: ReadonlySet<string> = new Set([
  'tracking_number',
  'carrier',
  'code',
  'reason_code',
  'facility_code',
  'piece',
  'device_id',
  'employee_id',
]);

/**
 * Whether this is a scan in the usual form, so that parsing it by its schema would return an equal
 * one. Never true for one that the schema rejects or would change; false only means that the schema
 * decides. Pure.
 */
export function isPlainScan(value: unknown): value is Scan {
  if (typeof value !== 'object' || value === null) return false;
  let required = 0;
  for (const name in value) {
    const member: unknown = (value as Readonly<Record<string, unknown>>)[name];
    if (typeof member !== 'string') return false;
    if (name === 'scanned_at') {
      if (!PLAIN_TIME.test(member)) return false;
      required += 1;
    } else if (TEXTS.has(name) && PLAIN.test(member)) {
      if (name === 'tracking_number' || name === 'code') required += 1;
    } else return false;
  }
  return required === 3;
}
