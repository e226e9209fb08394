import { z } from 'zod';
import { instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { issueText, longText } from '../../../kernel/wire/explain-issues.ts';
import { listPage, paging } from '../../kit/paged.ts';

/** The schema of the ids in lists; anything else is not one of our ids. */
const ID = z.uuid();

export const DEAD_LETTERS_SHOWN = 50;
const DEAD_LETTERS_SHOWN_MAX = 200;
/** Maximum ids in one request; for more, use `carrier` or `all`. */
const IDS_MAX = 500;
export const NOTE_CHARS_MAX = 500;

export const note = longText(NOTE_CHARS_MAX).describe('A note for later readers.');

export const carrierName = z
  .string()
  .min(1)
  .max(64)
  .describe("A carrier's id, as in `GET /carriers`.");

export const deadLettersQuery = z.strictObject({
  carrier: carrierName.optional(),
  ...paging({ limit: DEAD_LETTERS_SHOWN, limitMax: DEAD_LETTERS_SHOWN_MAX }),
});

export const deadLetterQuery = z.strictObject({
  raw: z
    .enum(['true', 'false'])
    .optional()
    .describe('Unredacted. Needs `ops:write`, and each access is logged.'),
});

export const dismissal = z
  .strictObject({ note: note.optional() })
  .meta({ id: 'Dismissal', description: 'Removes it from the list; it is kept.' });

export const bulkReplay = z
  .strictObject({
    ids: z.array(ID).min(1).max(IDS_MAX).optional(),
    carrier: carrierName.optional(),
    all: z.literal(true).optional(),
  })
  .refine(
    ({ ids, carrier, all }) =>
      [ids, carrier, all].filter((each) => each !== undefined).length === 1,
    issueText('mappings.sendOneSelection'),
  )
  .meta({ id: 'BulkReplay' });

/** The key that ended it, and when. */
export const settlement = z
  .strictObject({ at: instant, by: z.string(), note: z.string().nullable() })
  .meta({ id: 'Settlement' });

const common = {
  id: z.uuid(),
  carrier: z.string(),
  source: z.string().describe('`webhook`, `poll` or `internal`.'),
  account_id: z.uuid().nullable().describe("Null: the hub's own secret."),
  received_at: instant,
  dead_since: instantOrNull,
  reason: z.string(),
  dismissed: settlement.nullable(),
};

export const deadLetter = z.strictObject(common).meta({ id: 'DeadLetter' });

export const deadLetterContent = z
  .strictObject({
    ...common,
    content: z
      .strictObject({
        redacted: z.boolean(),
        headers: z.record(z.string(), z.string()),
        body: z.string(),
        encoding: z.enum(['utf-8', 'base64']),
        cut: z.boolean().describe('The content was cut.'),
      })
      .nullable()
      .describe('Null if it was erased.'),
  })
  .meta({ id: 'DeadLetterContent' });

export const deadLetterList = listPage(deadLetter).meta({ id: 'DeadLetterList' });

export const replayed = z
  .strictObject({
    replayed: z.int().describe('Returned to the inbox.'),
    missing: z.array(z.uuid()).describe('Ids in the request that are not dead letters.'),
    more: z.boolean().describe('More remain; repeat the request.'),
  })
  .meta({ id: 'Replayed' });
