import { z } from 'zod';
import { STATUSES } from '../../../kernel/status.ts';
import { instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';

const textOrNull = z.string().nullable();

/** Why and when the carrier is asked about a shipment next. */
export const polling = z
  .strictObject({
    policy: z.string(),
    account_id: textOrNull.meta({ description: 'The account it is asked with; null: none can.' }),
    account_why: textOrNull.meta({ description: 'Why that account, in words.' }),
    next_poll_at: instantOrNull,
    why: z.string().meta({ description: 'Why then, in words.' }),
    value: z.number().nullable().meta({
      description: 'What the next call is worth; the account spends where this is highest.',
    }),
    last_polled_at: instantOrNull,
    last_confirmed_at: instantOrNull.meta({
      description: 'When the carrier last said again what we know.',
    }),
    ceiling_s: z.number().meta({ description: 'It is never left alone for longer.' }),
    stretched: z.boolean().meta({
      description: "True when the account's budget is too small for that, for all alike.",
    }),
    push: z.enum(['healthy', 'silent', 'none']),
    known_to_carrier: z.boolean(),
    misses: z.int().meta({ description: 'Times in a row that the carrier did not know it.' }),
    ended: z.boolean(),
    proof: z
      .strictObject({
        state: z.enum(['waiting', 'received', 'none', 'given_up']).meta({
          description: 'none: the carrier had none to the last try. given_up: it never answered.',
        }),
        next_try_at: instantOrNull,
        why: z.string(),
      })
      .nullable()
      .meta({
        description: 'How asking for the proof of delivery stands; null: none is asked for.',
      }),
  })
  .meta({ id: 'Polling' });

export const refreshed = z
  .strictObject({
    id: z.uuid(),
    outcome: z.enum(['queued', 'fresh']),
    next_poll_at: instantOrNull.meta({
      description:
        'When the carrier is asked next: because of this when queued, as planned when fresh.',
    }),
    last_polled_at: instantOrNull.meta({ description: 'When it was asked; when fresh.' }),
    retry_after_s: z
      .int()
      .nullable()
      .meta({ description: 'Seconds after which asking anew may bring more; when fresh.' }),
  })
  .meta({ id: 'Refreshed' });

export const link = z
  .strictObject({
    kind: z.enum(['partner_leg', 'return', 'reroute', 'replacement', 'piece']),
    tracking_number: z.string(),
    carrier: textOrNull,
    shipment_id: z.uuid().nullable().meta({ description: 'Null while it is not followed.' }),
    status: z.enum(STATUSES).nullable(),
    not_followed: textOrNull.meta({ description: 'Why it is not.' }),
  })
  .meta({ id: 'Link', description: 'A number that the carrier named; followed by itself.' });

export const proof = z
  .strictObject({
    id: z.uuid(),
    kind: z.string().meta({ description: '`signature`, `photo` or `document`.' }),
    media_type: z.string(),
    size_bytes: z.int(),
    fetched_at: instant,
    url: z.string().meta({ description: 'Where it can be fetched with a key.' }),
  })
  .meta({ id: 'Proof', description: 'A proof of delivery.' });

const seconds = z.number().nullable();
const delay = z
  .strictObject({ median_s: seconds, p95_s: seconds })
  .meta({ id: 'Delay', description: 'Seconds from when it happened until we received it.' });

export const sourceFigures = z
  .strictObject({
    shipments: z.int().meta({ description: 'Of your newest shipments, those with news.' }),
    push_only: z.int(),
    poll_only: z.int(),
    both: z.int(),
    push_delay: delay,
    poll_delay: delay,
  })
  .meta({
    id: 'SourceFigures',
    description: 'How many facts only pushes, only polls or both reported, and how late each was.',
  });
