import { z } from 'zod';
import { REDIRECT_KINDS, RETURN_REASONS } from '../../../adapters/contract/extras.ts';
import { givenDate, localDate } from '../../../kernel/time/time-kinds.ts';
import { issueText, text } from '../../../kernel/wire/explain-issues.ts';
import { country } from '../../kit/schemas.ts';
import { environment } from '../carrier-accounts/schema.ts';

const textOrNull = z.string().nullable();
const redirectKind = z.enum(REDIRECT_KINDS);

export const redirectOptions = z
  .strictObject({
    id: z.uuid(),
    carrier: z.string(),
    data: z
      .array(
        z.strictObject({
          kind: redirectKind,
          eligibility: z
            .enum(['eligible', 'not_eligible', 'unknown'])
            .describe('unknown: the carrier says so only when it is asked to do it.'),
          dates: z.array(localDate).nullable().describe('Days to choose from.'),
          reasons: z.array(z.enum(RETURN_REASONS)).nullable(),
          charge: z
            .strictObject({ amount: z.string(), currency: z.string() })
            .nullable()
            .describe('null: the carrier does not say before; it may charge you.'),
          needs_contact: z.boolean(),
          takes_instructions: z
            .boolean()
            .describe('Whether `instructions` of the request reach the driver.'),
        }),
      )
      .describe('What the carrier offers at all, by kind; perhaps nothing.'),
    note: textOrNull.describe('Why there is nothing.'),
    environment,
  })
  .meta({ id: 'RedirectOptions' });

const target = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      kind: z.literal('pickup_point'),
      point_id: z
        .string()
        .regex(/^[0-9A-Za-z][0-9A-Za-z._:-]{0,63}$/, issueText('shipments.usePickupPointId')),
    }),
    z.strictObject({ kind: z.literal('hold_at_facility') }),
    z.strictObject({
      kind: z.literal('address'),
      address: z.strictObject({
        name: text(100),
        lines: z.array(text(100)).min(1).max(4),
        city: text(100),
        region: text(100).nullish(),
        postal_code: text(16),
        country,
      }),
    }),
    z.strictObject({ kind: z.literal('reschedule'), date: givenDate }),
    z.strictObject({
      kind: z.literal('return'),
      reason: z.enum(RETURN_REASONS).default('other'),
    }),
  ],
  {
    error: issueText({ 'shipments.useRedirectKind': { redirectKinds: REDIRECT_KINDS.join(', ') } }),
  },
);

export const redirect = z
  .strictObject({
    to: target,
    contact: z
      .strictObject({ name: text(100), phone: text(32), email: text(254).nullish() })
      .nullish()
      .describe('Whom the carrier may ask; some want one. It goes to the carrier only.'),
    replace: z
      .boolean()
      .default(false)
      .describe(
        'Ask although the carrier took another redirect of this parcel within a day. What then counts is up to the carrier.',
      ),
    instructions: text(500).nullish().describe('For the driver.'),
  })
  .meta({ id: 'Redirect' });

export const redirected = z
  .strictObject({
    id: z.uuid(),
    outcome: z.literal('accepted'),
    kind: redirectKind,
    reference: textOrNull.describe("The carrier's own, to ask it about."),
    environment,
  })
  .meta({ id: 'Redirected' });
