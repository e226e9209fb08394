import { z } from 'zod';
import { statusView } from '../../../events/shipment-view.ts';
import { instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';

const textOrNull = z.string().nullable();

/** When the carrier is polled next about a shipment, and why. */
export const polling = z
  .strictObject({
    policy: z.string(),
    account_id: textOrNull.describe('The account used for polling. Null: there is none.'),
    account_why: textOrNull.describe('Why that account was chosen.'),
    next_poll_at: instantOrNull,
    why: z.string().describe('Why at that time.'),
    value: z
      .number()
      .nullable()
      .describe('The value of the next call. The account spends its calls where this is highest.'),
    last_polled_at: instantOrNull,
    last_confirmed_at: instantOrNull.describe('When the carrier last confirmed the known state.'),
    ceiling_s: z.number().describe('The longest time between polls.'),
    stretched: z
      .boolean()
      .describe(
        "True if the account's budget is too small for that; it is then longer for all parcels alike.",
      ),
    push: z.enum(['healthy', 'silent', 'none']),
    known_to_carrier: z.boolean(),
    misses: z.int().describe('Consecutive answers in which the carrier did not know the number.'),
    ended: z.boolean(),
    proof: z
      .strictObject({
        state: z
          .enum(['waiting', 'received', 'none', 'given_up'])
          .describe('none: the carrier had none at the last attempt. given_up: it never answered.'),
        next_try_at: instantOrNull,
        why: z.string(),
      })
      .nullable()
      .describe('The state of the request for a proof of delivery. Null: none is requested.'),
  })
  .meta({ id: 'Polling' });

export const refreshed = z
  .strictObject({
    id: z.uuid(),
    outcome: z.enum(['queued', 'fresh']),
    next_poll_at: instantOrNull.describe(
      'When the carrier is polled next: because of this request if queued, as scheduled if fresh.',
    ),
    last_polled_at: instantOrNull.describe('When the carrier was polled; only if fresh.'),
    retry_after_s: z
      .int()
      .nullable()
      .describe('Seconds until another refresh makes sense; only if fresh.'),
  })
  .meta({ id: 'Refreshed' });

export const link = z
  .strictObject({
    kind: z.enum(['partner_leg', 'return', 'reroute', 'replacement', 'piece']),
    tracking_number: z.string(),
    carrier: textOrNull,
    shipment_id: z.uuid().nullable().describe('Null while it is not tracked.'),
    status: statusView.nullable(),
    not_followed: textOrNull.describe('Why it is not tracked.'),
  })
  .meta({ id: 'Link', description: 'A number that the carrier reported; tracked automatically.' });

export const proof = z
  .strictObject({
    id: z.uuid(),
    kind: z.string().describe('`signature`, `photo` or `document`.'),
    source: z
      .enum(['carrier', 'own'])
      .describe('own: added by you or your courier; see GET /v1/shipments/{id}/proof.'),
    media_type: z.string(),
    size_bytes: z.int(),
    fetched_at: instant,
    url: z.string().describe('The URL for downloading it with a key.'),
  })
  .meta({ id: 'Proof', description: 'A proof of delivery.' });

const seconds = z.number().nullable();
const delay = z
  .strictObject({ median_s: seconds, p95_s: seconds })
  .meta({ id: 'Delay', description: 'Seconds from the event until we received it.' });

export const sourceFigures = z
  .strictObject({
    shipments: z.int().describe('Based on your newest shipments that have updates.'),
    push_only: z.int(),
    poll_only: z.int(),
    both: z.int(),
    push_delay: delay,
    poll_delay: delay,
  })
  .meta({
    id: 'SourceFigures',
    description:
      'How many facts came only from webhooks, only from polls, or from both, and how late each was.',
  });
