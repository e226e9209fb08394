import { z } from 'zod';
import { SCANNER_KINDS, SCANS_MAX } from '../../../intake/index.ts';
import { givenSighting, instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { paging } from '../../kit/paged.ts';
import { longText, text } from '../../kit/schemas/text.ts';

/** As long as adapters read codes and numbers. */
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
    `Send at most ${ATTRIBUTES_MAX} attributes.`,
  );

/** One scan; what `POST /scans` takes many of. */
export const scan = z
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
    scanned_at: givenSighting.meta({
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
    'Send lat and lng together.',
  );

const { $schema: _, ...SCAN_SHAPE } = z.toJSONSchema(scan, { io: 'input' });

/** Scans are checked one by one, so that one bad scan refuses itself and no other. */
export const scanBatch = z
  .array(z.unknown())
  .min(1)
  .max(SCANS_MAX)
  .meta({
    id: 'ScanBatch',
    override: {
      type: 'array',
      minItems: 1,
      maxItems: SCANS_MAX,
      items: SCAN_SHAPE,
    },
  });

const OUTCOMES = ['accepted', 'duplicate', 'rejected'] as const;

export const scanResults = z
  .strictObject({
    accepted: z.int(),
    duplicates: z.int(),
    rejected: z.int(),
    results: z.array(
      z.strictObject({
        index: z.int(),
        outcome: z.enum(OUTCOMES).meta({
          description:
            '`duplicate`: twice in this request, or recorded before. What is not known in time is `accepted` and recorded once all the same.',
        }),
        error: z
          .strictObject({
            code: z.enum([
              'invalid',
              'unknown_carrier',
              'scanned_at_in_future',
              'facility_not_allowed',
            ]),
            pointer: z.string(),
            reason: z.string(),
            fix: z.string(),
          })
          .optional()
          .meta({ description: 'Of a rejected one.' }),
      }),
    ),
  })
  .meta({ id: 'ScanResults' });

const scanner = z
  .strictObject({
    id: z.uuid(),
    kind: z.enum(SCANNER_KINDS),
    name: z.string().meta({ description: 'As scans spell it: device_id or employee_id.' }),
    clock_offset_ms: z.int().nullable().meta({
      description:
        "How far a device's clock was ahead (negative: behind) when Waybill-Sent-At last told; null: it never did.",
    }),
    clock_measured_at: instantOrNull,
    facility_code: z.string().nullable().meta({ description: 'Where it scanned last.' }),
    first_scan_at: instant,
    last_scan_at: instant,
    scans: z.int(),
    rejected: z.int(),
  })
  .meta({ id: 'Scanner' });

export const scannerFilter = z.strictObject({
  kind: z.enum(SCANNER_KINDS).optional(),
  ...paging(),
});

export const scannerPage = z
  .strictObject({ data: z.array(scanner), next_cursor: z.string().nullable() })
  .meta({ id: 'ScannerPage' });
