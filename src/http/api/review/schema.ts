import { z } from 'zod';
import { STATUSES } from '../../../kernel/status.ts';
import { instant } from '../../../kernel/time/time-kinds.ts';
import { issueText } from '../../../kernel/wire/explain-issues.ts';
import { REVIEW_STATES } from '../../../tracking/ports/mappings.ts';
import { listPage, paging } from '../../kit/paged.ts';
import { carrierName, note, settlement } from '../dead-letters/schema.ts';
import { shownJob } from '../mappings/job-schema.ts';
import { readStatus } from '../shipments/output-schema.ts';

export const REVIEW_SHOWN = 20;
const REVIEW_SHOWN_MAX = 50;
const MATCH_KEYS_MAX = 10;
const CODE_CHARS_MAX = 200;

const codes = z.record(z.string(), z.string());

export const reviewQuery = z.strictObject({
  carrier: carrierName.optional(),
  state: z.enum(REVIEW_STATES).optional().describe('Default: `open`.'),
  ...paging({ limit: REVIEW_SHOWN, limitMax: REVIEW_SHOWN_MAX }),
});

const word = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9_]*$/, issueText('values.useLowerCaseUnderscores'));

export const reviewDecision = z
  .strictObject({
    status: readStatus.describe('`none`: known, but has no effect on the status.'),
    reason: word.optional().describe('The sub_status, such as `address_not_found`.'),
    milestone: word.optional().describe('Finer than the status, for texts.'),
    logical: z.boolean().optional().describe('Not a scan of the parcel.'),
    match: z
      .record(z.string().min(1).max(64), z.string().min(1).max(CODE_CHARS_MAX))
      .refine(
        (match) => Object.keys(match).length <= MATCH_KEYS_MAX,
        issueText('mappings.sendFewerCodes'),
      )
      .optional()
      .describe('The codes that the rule matches. Default: `suggested_match`.'),
    notify: z
      .boolean()
      .optional()
      .describe('Notifies people of the changes to past parcels. Default: false.'),
    note: note.optional(),
  })
  .meta({ id: 'ReviewDecision' });

const guess = z
  .strictObject({
    status: readStatus,
    reason: z.string().nullable(),
    milestone: z.string().nullable(),
    certainty: z.number().describe('0 to 1; never more than 0.75 for a final status.'),
    why: z.array(z.string()),
  })
  .meta({ id: 'Guess' });

export const reviewEntry = z
  .strictObject({
    id: z.uuid(),
    carrier: z.string(),
    codes,
    state: z.enum(REVIEW_STATES),
    seen: z.int(),
    first_seen: instant,
    last_seen: instant,
    documented: z
      .string()
      .nullable()
      .describe("The carrier's documentation of the code, if listed."),
    suggested_match: codes.nullable(),
    guess,
    example: z
      .strictObject({
        inbound_message_id: z.uuid(),
        source: z.string(),
        received_at: instant,
        text: z.string().nullable().describe('Possibly personal words are masked.'),
        event: z.unknown().describe('The relevant part of the payload, redacted.'),
      })
      .nullable(),
    parcels_touched: z.int(),
    parcels_touched_is_more: z.boolean().describe('The count stopped here.'),
    parcels: z
      .array(
        z.strictObject({
          shipment_id: z.uuid(),
          tracking_number: z.string(),
          status: z.enum([...STATUSES]),
        }),
      )
      .describe('The newest one.'),
    ended: settlement.nullable(),
  })
  .meta({ id: 'ReviewEntry' });

export const reviewList = listPage(reviewEntry).meta({ id: 'ReviewList' });

export const resolvedReview = z
  .strictObject({
    id: z.uuid(),
    carrier: z.string(),
    rule: z.strictObject({
      match: codes,
      status: readStatus,
      reason: z.string().nullable(),
      milestone: z.string().nullable(),
      logical: z.boolean(),
    }),
    mapping_version: z.string(),
    job: shownJob,
  })
  .meta({ id: 'ResolvedReview' });
