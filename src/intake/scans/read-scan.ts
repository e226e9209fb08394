import { z } from 'zod';
import { givenObservation } from '../../kernel/time/time-kinds.ts';
import {
  issuesToErrors,
  issueText,
  longText,
  pointerTo,
  text,
  WITH_INPUT,
} from '../../kernel/wire/explain-issues.ts';

import type { Scan, ScanFault } from './scan.ts';
import type { ReadScan } from './take-scans.ts';

/**
 * Validates a scan. Returns it with its texts trimmed, or a fault in the words in which a whole
 * request would be rejected. Never throws. Pure.
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
  if (first === undefined)
    throw new Error('the scan was rejected at first, but is valid when parsed again');
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

/** Limit of codes and numbers, the same as in adapters. */
const CODE_CHARS_MAX = 64;
const FACILITY_CHARS_MAX = 120;
const NAME_CHARS_MAX = 100;
const NOTE_CHARS_MAX = 500;
const ATTRIBUTES_MAX = 20;
const ATTRIBUTE_CHARS_MAX = 200;

const attributes = z
  .record(
    text(CODE_CHARS_MAX),
    z.union([z.string().max(ATTRIBUTE_CHARS_MAX), z.number(), z.boolean()]),
  )
  .refine(
    (value) => Object.keys(value).length <= ATTRIBUTES_MAX,
    issueText({ 'scans.useFewerAttributes': { attributesMax: ATTRIBUTES_MAX } }),
  );

/** The schema of one scan, of which `POST /scans` and dropped files take many. */
export const scanSchema = z
  .strictObject({
    tracking_number: text(CODE_CHARS_MAX).meta({ example: 'WB31415926535897' }),
    carrier: text(CODE_CHARS_MAX)
      .optional()
      .describe(
        'Left out: a parcel of your own couriers. Another carrier: its parcel in a building of yours; such a scan never ends it.',
      ),
    code: text(CODE_CHARS_MAX).meta({
      description:
        'A code of own couriers, such as PICKUP, ARRIVE, LOAD or DELIVERED, or one that rules of yours read.',
      example: 'ARRIVE',
    }),
    reason_code: text(CODE_CHARS_MAX).optional(),
    scanned_at: givenObservation.describe(
      'ISO 8601. Without an offset it is what the clock at the facility shows.',
    ),
    facility_code: text(FACILITY_CHARS_MAX).optional().meta({ example: 'HAM-1' }),
    piece: text(CODE_CHARS_MAX).optional().describe('Which piece, where a number covers several.'),
    device_id: text(NAME_CHARS_MAX).optional(),
    employee_id: text(NAME_CHARS_MAX).optional(),
    lat: z.number().min(-90).max(90).optional(),
    lng: z.number().min(-180).max(180).optional(),
    note: longText(NOTE_CHARS_MAX).optional(),
    attributes: attributes.optional(),
  })
  .refine(
    ({ lat, lng }) => (lat === undefined) === (lng === undefined),
    issueText('values.sendLatWithLng'),
  );
