import { z } from 'zod';
import { givenObservation } from '../../kernel/time/time-kinds.ts';
import { issueText } from '../../kernel/wire/explain-issues.ts';
import { longText, text } from '../../kernel/wire/given-text.ts';

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
    carrier: text(CODE_CHARS_MAX).optional().meta({
      description:
        'Left out: a parcel of your own couriers. Another carrier: its parcel in a building of yours; such a scan never ends it.',
    }),
    code: text(CODE_CHARS_MAX).meta({
      description:
        'A code of own couriers, such as PICKUP, ARRIVE, LOAD or DELIVERED, or one that rules of yours read.',
      example: 'ARRIVE',
    }),
    reason_code: text(CODE_CHARS_MAX).optional(),
    scanned_at: givenObservation.meta({
      description: 'ISO 8601. Without an offset it is what the clock at the facility shows.',
    }),
    facility_code: text(FACILITY_CHARS_MAX).optional().meta({ example: 'HAM-1' }),
    piece: text(CODE_CHARS_MAX).optional().meta({
      description: 'Which piece, where a number covers several.',
    }),
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
