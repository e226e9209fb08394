import { z } from 'zod';
import { statusView } from '../../../events/shipment-view.ts';
import {
  givenDate,
  givenInstant,
  instant,
  instantOrNull,
  localDate,
} from '../../../kernel/time/time-kinds.ts';
import { issueText, longText, text } from '../../../kernel/wire/explain-issues.ts';
import {
  CASE_EVENT_TYPES,
  CASE_KINDS,
  CASE_OPTIONS,
  CASE_OUTCOMES,
  CLAIM_REASONS,
  CLAIM_STATES,
  DAY_WINDOWS,
  EVIDENCE_TYPES,
  exceptionPolicy,
  exceptionPolicyChange,
  RESOLVED_TO,
  requestedAddress,
  STATS_BY,
  WAITING_FOR,
} from '../../../reactions/exceptions/index.ts';
import { paging } from '../../kit/paged.ts';
import { count } from '../../kit/schemas.ts';

const NOTE_CHARS_MAX = 4_000;
const OWNER_CHARS_MAX = 100;
const PAGE_MAX = 100;
const GROUPS_MAX = 500;

const textOrNull = z.string().nullable();
const note = longText(NOTE_CHARS_MAX)
  .nullish()
  .describe('For the people who handle it. Sealed and shown to nobody else.');
const word = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, issueText('values.useLowerCaseName'));
const pages = paging({ limit: 20, limitMax: PAGE_MAX });

// ---------------------------------------------------------------- cases

const waitingFor = z.enum(WAITING_FOR).meta({ id: 'ExceptionParty' });
const caseOutcome = z.enum(CASE_OUTCOMES).meta({ id: 'ExceptionOutcome' });
const closedBy = z.enum(['facts', 'person', 'retracted']).meta({ id: 'ExceptionClosedBy' });
const caseKind = z.enum(CASE_KINDS).meta({ id: 'ExceptionKind' });

export const caseMembers = {
  id: z.uuid(),
  kind: caseKind,
  reason: textOrNull.describe('The `sub_status` that caused it.'),
  state: z.enum(['open', 'closed']),
  waiting_for: waitingFor.nullable().describe('Who must act next.'),
  outcome: caseOutcome.nullable(),
  attempts: z.int().describe('Failed delivery attempts so far.'),
  opened_at: instantOrNull,
  deadline_at: instantOrNull,
  overdue: z.boolean(),
  closed_at: instantOrNull,
  closed_by: closedBy.nullable().describe('`retracted`: the problem turned out not to exist.'),
  return_shipment_id: z.uuid().nullable(),
};

const listedMembers = {
  shipment_id: z.uuid(),
  carrier: z.string(),
  tracking_number: z.string(),
  owner: textOrNull,
  lane: z.string().meta({ example: 'US-10 → US-94' }),
  facility: textOrNull.describe('The last known place when the case was opened.'),
};

const listedCase = z
  .strictObject({ ...caseMembers, ...listedMembers })
  .meta({ id: 'ListedException' });

export const casePage = z
  .strictObject({ data: z.array(listedCase), next_cursor: textOrNull })
  .meta({ id: 'ExceptionPage' });

const deliveryRequest = z.strictObject({
  id: z.uuid(),
  kind: z.enum(['reschedule', 'pickup_point', 'hold_at_facility', 'address']),
  state: z
    .enum(['asking', 'accepted', 'open', 'done', 'refused', 'replaced'])
    .describe('`accepted`: the carrier agreed; `open`: one of your people must handle it.'),
  by: z.enum(['recipient', 'merchant', 'operator']),
  made_at: instant,
  settled_at: instantOrNull,
  reference: textOrNull.describe("The carrier's own reference."),
  details: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('What was requested; null once the shipment was deleted.'),
});

export const evidence = z
  .strictObject({
    id: z.uuid(),
    media_type: z.enum(EVIDENCE_TYPES),
    size_bytes: z.int(),
    by: z.enum(['courier', 'recipient', 'merchant', 'operator']),
    added_at: instant,
  })
  .meta({ id: 'Evidence' });

export const claim = z
  .strictObject({
    id: z.uuid(),
    exception_id: z.uuid(),
    shipment_id: z.uuid(),
    carrier: z.string(),
    reason: z.enum(CLAIM_REASONS),
    state: z.enum(CLAIM_STATES),
    amount: z
      .strictObject({
        minor: z.int().describe("In the currency's smallest unit (such as cents)."),
        currency: z.string(),
      })
      .nullable()
      .describe(
        'Null in a draft that was begun when a courier reported the damage: say how much before it is submitted.',
      ),
    granted_minor: z.int().nullable(),
    description: textOrNull,
    reference: textOrNull.describe("The carrier's own reference."),
    created_at: instant,
    updated_at: instant,
    submit_by: instant.describe('After this day the carrier may refuse the claim.'),
    submitted_at: instantOrNull,
    answer_by: instantOrNull.describe("When the carrier's answer is due."),
    settled_at: instantOrNull,
    overdue: z.boolean(),
  })
  .meta({ id: 'Claim' });

export const exceptionCase = z
  .strictObject({
    ...caseMembers,
    options: z.array(z.enum(CASE_OPTIONS)).describe('The actions available now.'),
    ...listedMembers,
    shipment: z.record(z.string(), z.unknown()).describe('As in `GET /shipments/{id}`.'),
    opened_by: z.enum(['facts', 'person', 'recipient']),
    delivery_requests: z.array(deliveryRequest).describe('Newest first.'),
    returns: z
      .array(
        z.strictObject({
          carrier: textOrNull,
          tracking_number: z.string(),
          shipment_id: z.uuid().nullable(),
          status: statusView.nullable(),
        }),
      )
      .describe('Return shipments with their own numbers.'),
    evidence: z.array(evidence),
    claims: z.array(claim),
    history: z
      .array(
        z.strictObject({
          at: instant,
          type: z.enum(CASE_EVENT_TYPES),
          by: z.enum(['hub', 'carrier', 'courier', 'recipient', 'merchant', 'operator']),
          data: z.record(z.string(), z.unknown()),
          note: textOrNull,
        }),
      )
      .describe('Oldest first; the last 500.'),
    courier_notes: z
      .array(z.strictObject({ at: instant, courier_name: z.string(), text: z.string() }))
      .describe('What own couriers wrote about the parcel, oldest first.'),
  })
  .meta({ id: 'Exception' });

export const caseFilter = z.strictObject({
  state: z.enum(['open', 'closed']).optional(),
  kind: caseKind.optional(),
  reason: word.optional(),
  carrier: text(64).optional(),
  waiting_for: waitingFor.optional(),
  owner: text(OWNER_CHARS_MAX).optional(),
  shipment_id: z.uuid(issueText('shipments.sendShipmentId')).optional(),
  overdue: z.enum(['true']).optional().describe('Only those whose deadline has passed.'),
  ...pages,
});

export const newCase = z
  .strictObject({
    shipment_id: z.uuid(issueText('shipments.sendShipmentId')),
    kind: z.enum(
      CASE_KINDS.filter(
        (kind) =>
          kind !== 'request' &&
          kind !== 'attempts' &&
          kind !== 'proof_missing' &&
          kind !== 'custody',
      ),
    ),
    reason: word.nullish(),
    note,
  })
  .meta({
    id: 'NewException',
    example: { shipment_id: '0195e4a0-0000-7000-8000-000000000000', kind: 'damaged' },
  });

export const caseChange = z
  .strictObject({
    owner: text(OWNER_CHARS_MAX).nullish().describe('The name of the person who handles it.'),
    deadline_at: givenInstant.nullish(),
  })
  .refine((value) => Object.keys(value).length > 0, issueText('values.sendMemberToChange'))
  .meta({ id: 'ExceptionChange' });

export const caseNote = z
  .strictObject({ text: longText(NOTE_CHARS_MAX) })
  .meta({ id: 'ExceptionNote' });

export const resolution = z
  .strictObject({
    outcome: caseOutcome.default('resolved'),
    to: z
      .enum(RESOLVED_TO)
      .nullish()
      .describe("The parcel's new status. Default: as in its timeline."),
    note,
  })
  .meta({ id: 'ExceptionResolution', example: { outcome: 'resolved' } });

export const withNote = z.strictObject({ note }).meta({ id: 'WithNote' });

/** The maximum amount, more than any parcel is insured for. */
const AMOUNT_MINOR_MAX = 100_000_000_000;
const amount = z
  .strictObject({
    minor: z.int().min(1).max(AMOUNT_MINOR_MAX),
    currency: z.string().regex(/^[A-Z]{3}$/, issueText('exceptions.useIso4217')),
  })
  .meta({
    id: 'Amount',
    description: "In the currency's smallest unit (such as cents).",
    example: { minor: 1250, currency: 'EUR' },
  });

export const refund = z
  .strictObject({
    amount,
    note,
  })
  .meta({ id: 'Refund' });

export const namedParcel = z
  .strictObject({
    tracking_number: text(128),
    carrier: text(64).nullish().describe("Default: the shipment's carrier."),
  })
  .meta({ id: 'NamedParcel' });

export const approval = z
  .strictObject({
    address: requestedAddress.nullish().describe("Replaces the recipient's address."),
    ask_carrier: z
      .boolean()
      .default(true)
      .describe(
        'Ask the carrier to redirect the parcel there, if it supports that. The carrier may charge you.',
      ),
    note,
  })
  .meta({ id: 'AddressApproval' });

export const approved = z
  .strictObject({
    id: z.uuid(),
    outcome: z.literal('approved'),
    carrier: z
      .enum(['accepted', 'refused', 'not_asked', 'no_answer'])
      .describe(
        '`no_answer`: the carrier did not answer, so whether it has the request is unknown.',
      ),
  })
  .meta({ id: 'AddressApproved' });

export const rescheduling = z
  .strictObject({
    date: givenDate,
    window: z.enum(DAY_WINDOWS).nullish(),
    instructions: text(500).nullish(),
  })
  .meta({ id: 'Rescheduling' });

export const rescheduled = z
  .strictObject({
    id: z.uuid(),
    outcome: z.literal('accepted'),
    by: z.enum(['carrier', 'merchant']),
  })
  .meta({ id: 'Rescheduled' });

export const deliveryRequestDone = z
  .strictObject({ done: z.boolean(), note })
  .meta({ id: 'DeliveryRequestDone' });

// ---------------------------------------------------------------- claims

const draftMembers = {
  reason: z.enum(CLAIM_REASONS),
  amount,
  description: longText(NOTE_CHARS_MAX).nullish(),
};

export const newClaim = z
  .strictObject({ exception_id: z.uuid(issueText('exceptions.sendExceptionId')), ...draftMembers })
  .meta({ id: 'NewClaim' });

export const claimChange = z
  .strictObject(draftMembers)
  .partial()
  .refine((value) => Object.keys(value).length > 0, issueText('values.sendMemberToChange'))
  .meta({ id: 'ClaimChange' });

export const claimSubmission = z
  .strictObject({
    reference: text(100).nullish().describe("The carrier's own reference."),
  })
  .meta({ id: 'ClaimSubmission' });

export const claimDecision = z
  .strictObject({
    decision: z.enum(['accepted', 'rejected']),
    granted_minor: z
      .int()
      .min(0)
      .max(AMOUNT_MINOR_MAX)
      .nullish()
      .describe('For an accepted claim. Default: the full amount.'),
    note,
  })
  .meta({ id: 'ClaimDecision' });

export const claimPage = z
  .strictObject({ data: z.array(claim), next_cursor: textOrNull })
  .meta({ id: 'ClaimPage' });

export const claimFilter = z.strictObject({
  state: z.enum(CLAIM_STATES).optional(),
  exception_id: z.uuid(issueText('exceptions.sendExceptionId')).optional(),
  carrier: text(64).optional(),
  ...pages,
});

// ---------------------------------------------------------------- figures and policy

const groups = z
  .string()
  .regex(
    /^[a-z]+(?:,[a-z]+){0,5}$/,
    issueText({ 'exceptions.useKnownGroupings': { statsBy: STATS_BY.join(', ') } }),
  )
  .transform((value) => [...new Set(value.split(','))])
  .pipe(
    z.array(
      z.enum(
        STATS_BY,
        issueText({ 'exceptions.useKnownGroupings': { statsBy: STATS_BY.join(', ') } }),
      ),
    ),
  )
  .default(['carrier', 'reason'])
  .meta({
    description: `Any of ${STATS_BY.join(', ')}, separated by commas.`,
    override: {
      type: 'string',
      example: 'carrier,week',
      items: undefined,
      default: 'carrier,reason',
    },
  });

export const statsFilter = z.strictObject({
  by: groups,
  from: givenDate.optional().describe('First day of opening, in UTC. Default: 90 days ago.'),
  to: givenDate.optional().describe('Last day, in UTC. Default: today.'),
  carrier: text(64).optional(),
  kind: caseKind.optional(),
  limit: count(1, GROUPS_MAX, 100),
});

const group = z.string().nullable().optional();
export const stats = z
  .strictObject({
    from: localDate,
    to: localDate,
    data: z
      .array(
        z.strictObject({
          carrier: group,
          lane: group,
          facility: group,
          week: group.describe('The Monday of the week.'),
          reason: group,
          kind: group,
          cases: z.int(),
          open: z.int(),
          resolved: z.int(),
          returned: z.int(),
          claimed: z.int(),
          overdue: z.int(),
          median_hours: z.number().nullable().describe('The time until they were closed.'),
        }),
      )
      .describe('Most cases first; without retracted ones.'),
  })
  .meta({ id: 'ExceptionStats' });

export const policyView = z
  .strictObject({
    policy: exceptionPolicy.describe('The policy that applies to you.'),
    own: exceptionPolicyChange.describe('The members that are your own.'),
  })
  .meta({ id: 'ExceptionPolicyView' });
