import { issuesToErrors, pointerTo, WITH_INPUT } from '../../kernel/wire/explain-issues.ts';
import type { Scan, ScanFault } from './scan.ts';
import { scanSchema } from './scan-schema.ts';
import type { ReadScan } from './take-scans.ts';

/**
 * Returns a scan as it was sent, or the fault of its form, in the words in which a whole request
 * would be rejected. Pure and total.
 */
export function readScan(value: unknown): ReadScan {
  if (isPlainScan(value)) return { scan: value };
  const read = scanSchema.safeParse(value);
  return read.success ? { scan: read.data } : { fault: faultOf(value) };
}

/**
 * Returns the fault of a scan. It is parsed once more with the input in the issues: scans are
 * nearly always valid, and recording the input costs time.
 */
function faultOf(value: unknown): ScanFault {
  const { error } = scanSchema.safeParse(value, WITH_INPUT);
  const [first] = issuesToErrors(error?.issues ?? [], pointerTo);
  if (first === undefined) throw new Error('a scan was refused and is fine');
  return { code: 'invalid', ...first };
}

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
