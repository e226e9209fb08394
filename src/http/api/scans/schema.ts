import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { clockOffsetMs, SCANNER_KINDS, SCANS_MAX, scanSchema } from '../../../intake/index.ts';
import { COURIER_EVENT_FAULTS } from '../../../kernel/custody.ts';
import { instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { listPage, paging } from '../../kit/paged.ts';
import { invalidMember } from '../../kit/validation.ts';

const { $schema: _, ...SCAN_SHAPE } = z.toJSONSchema(scanSchema, { io: 'input' });

/**
 * Scans are checked one by one, so that an invalid one is rejected without affecting the others.
 */
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
        outcome: z
          .enum(OUTCOMES)
          .describe(
            '`duplicate`: twice in this request, or recorded before. What is not known in time is `accepted` and recorded once all the same.',
          ),
        error: z
          .strictObject({
            code: z.enum([
              'invalid',
              'unknown_carrier',
              'scanned_at_in_future',
              'facility_not_allowed',
              ...COURIER_EVENT_FAULTS.filter((fault) => fault !== 'invalid'),
            ]),
            pointer: z.string(),
            reason: z.string(),
            fix: z.string(),
          })
          .optional()
          .describe('Of a rejected one.'),
      }),
    ),
  })
  .meta({ id: 'ScanResults' });

const scanner = z
  .strictObject({
    id: z.uuid(),
    kind: z.enum(SCANNER_KINDS),
    name: z.string().describe('As scans spell it: device_id or employee_id.'),
    clock_offset_ms: z
      .int()
      .nullable()
      .describe(
        "How far a device's clock was ahead (negative: behind) according to the last Waybill-Sent-At; null: it was never sent.",
      ),
    clock_measured_at: instantOrNull,
    facility_code: z.string().nullable().describe('Where it scanned last.'),
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

export const scannerPage = listPage(scanner).meta({ id: 'ScannerPage' });

/** Header with the device's clock at sending. */
export const SENT_AT_HEADER = 'Waybill-Sent-At';

/** The JSON of one scan's result. */
export type ShownResult = Omit<z.output<typeof scanResults>['results'][number], 'index'>;

export function shownResults(results: readonly ShownResult[]): z.output<typeof scanResults> {
  const counts = { accepted: 0, duplicate: 0, rejected: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  return {
    accepted: counts.accepted,
    duplicates: counts.duplicate,
    rejected: counts.rejected,
    results: results.map((result, index) => ({ index, ...result })),
  };
}

/** How far the sender's clock is ahead, in milliseconds; null: not stated. Throws `Problem`. */
export function offsetOf(request: IncomingMessage, nowMs: number): number | null {
  const sentAt = request.headers[SENT_AT_HEADER.toLowerCase()];
  if (sentAt === undefined) return null;
  const offsetMs = clockOffsetMs(String(sentAt), nowMs);
  if (offsetMs !== null) return offsetMs;
  throw invalidMember(SENT_AT_HEADER, 'scans.notInstant', 'scans.sendIso8601DeviceTime');
}
