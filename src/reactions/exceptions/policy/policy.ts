import { z } from 'zod';
import { statusView } from '../../../events/shipment-view.ts';
import type { Status } from '../../../kernel/status.ts';
import { CASE_KINDS, type CaseKind } from '../cases/case.ts';

/** The longest deadline, a year: nobody works on a case for longer. */
const DEADLINE_HOURS_MAX = 8_760;
/** The maximum number of delivery attempts: nobody is visited more often. */
const ATTEMPTS_MAX = 10;
/** The maximum number of reasons: carriers use some hundred, and a policy is no database. */
const REASONS_MAX = 300;
const CLAIM_DAYS_MAX = 730;
const CARRIERS_MAX = 200;
/** The maximum of days to choose from: nobody plans a delivery further ahead. */
const RESCHEDULE_DAYS_MAX = 14;

const hours = z.int().min(1).max(DEADLINE_HOURS_MAX);
const days = z.int().min(1).max(CLAIM_DAYS_MAX);
const word = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'Write lower-case letters, digits and _.');
const carrierName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'Write the name of a carrier.');

/** The kinds of cases that never come from a reason, but from other facts. */
const NO_REASONS: ReadonlySet<CaseKind> = new Set([
  ...(['attempts', 'request', 'proof_missing', 'custody'] as const),
]);

const deadlines = Object.fromEntries(CASE_KINDS.map((kind) => [kind, hours])) as Record<
  CaseKind,
  typeof hours
>;
/** Default deadlines for policies that were written before these kinds of cases existed. */
const PROOF_DEADLINE_HOURS = 48;
const CUSTODY_DEADLINE_HOURS = 4;

const reasonRule = z.strictObject({
  kind: z.enum([...CASE_KINDS.filter((kind) => !NO_REASONS.has(kind)), 'none']),
  in: z.union([z.literal('any'), z.array(statusView).min(1)]).default(['exception']),
  deadline_hours: hours.optional(),
});

const claimTerms = z
  .strictObject({
    submit_within_days: days.optional(),
    answer_within_days: days.optional(),
  })
  .meta({ id: 'ClaimTerms' });

const serviceBy = z.enum(['merchant', 'off']);

function limitedRecord<Value extends z.ZodType>(key: z.ZodString, value: Value, most: number) {
  return z
    .record(key, value)
    .refine((all) => Object.keys(all).length <= most, `Write at most ${most} entries.`);
}

/**
 * The message for a wrong value. It is also set on the number itself: for a number that is too
 * small, a union reports the number's error instead of its own.
 */
const RETURN_FIX = `Write a whole number from 1 to ${ATTEMPTS_MAX}, or off.`;

const members = {
  attempts: z.int().min(1).max(ATTEMPTS_MAX),
  return_after_attempts: z.union(
    [z.int().min(1, RETURN_FIX).max(ATTEMPTS_MAX, RETURN_FIX), z.literal('off')],
    { error: RETURN_FIX },
  ),
  deadline_hours: z.strictObject({
    ...deadlines,
    proof_missing: hours.default(PROOF_DEADLINE_HOURS),
    custody: hours.default(CUSTODY_DEADLINE_HOURS),
  }),
  reasons: limitedRecord(word, reasonRule, REASONS_MAX).meta({
    id: 'ReasonRuleChanges',
    outputId: 'ReasonRules',
  }),
  self_service: z.strictObject({
    reschedule: serviceBy,
    redirect: serviceBy,
    reschedule_days: z.int().min(1).max(RESCHEDULE_DAYS_MAX),
  }),
  claims: z.strictObject({
    submit_within_days: days,
    answer_within_days: days,
    carriers: limitedRecord(carrierName, claimTerms, CARRIERS_MAX),
  }),
};

/** The schema of the whole file config/exception-policy.yaml. */
export const exceptionPolicy = z.strictObject(members).meta({ id: 'ExceptionPolicy' });
export type ExceptionPolicy = z.output<typeof exceptionPolicy>;

/** A merchant's own entries: only those that differ from the installation's policy. */
export const exceptionPolicyChange = z
  .strictObject({
    attempts: members.attempts.optional(),
    return_after_attempts: members.return_after_attempts.optional(),
    deadline_hours: z.strictObject(deadlines).partial().optional().meta({ id: 'OwnDeadlineHours' }),
    reasons: members.reasons.optional(),
    self_service: members.self_service.partial().optional().meta({ id: 'OwnSelfService' }),
    claims: members.claims.partial().optional().meta({ id: 'OwnClaimTerms' }),
  })
  .meta({
    id: 'ExceptionPolicyChange',
    outputId: 'OwnExceptionPolicy',
    description: "Only what differs from the installation's policy.",
    example: { return_after_attempts: 'off', deadline_hours: { address: 24 } },
  });
export type ExceptionPolicyChange = z.output<typeof exceptionPolicyChange>;

/** The installation's policy, overridden entry by entry by a merchant's own. */
export function override(
  base: ExceptionPolicy,
  own: ExceptionPolicyChange | null,
): ExceptionPolicy {
  if (own === null) return base;
  return {
    attempts: own.attempts ?? base.attempts,
    return_after_attempts: own.return_after_attempts ?? base.return_after_attempts,
    deadline_hours: { ...base.deadline_hours, ...definedMembers(own.deadline_hours) },
    reasons: { ...base.reasons, ...own.reasons },
    self_service: { ...base.self_service, ...definedMembers(own.self_service) },
    claims: {
      submit_within_days: own.claims?.submit_within_days ?? base.claims.submit_within_days,
      answer_within_days: own.claims?.answer_within_days ?? base.claims.answer_within_days,
      carriers: { ...base.claims.carriers, ...own.claims?.carriers },
    },
  };
}

/** Returns the members that are not undefined. */
function definedMembers<T extends object>(
  members: T | undefined,
): { [K in keyof T]: NonNullable<T[K]> } {
  const entries = Object.entries(members ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: NonNullable<T[K]> };
}

/** The kind of case that a reason opens in a status; null: none. */
export function kindOf(
  policy: Pick<ExceptionPolicy, 'reasons'>,
  status: Status,
  reason: string | null,
): CaseKind | null {
  const rule = reason === null ? undefined : ruleOf(policy, reason);
  if (rule === undefined) return status === 'exception' ? 'other' : null;
  if (rule.kind === 'none') return null;
  return rule.in === 'any' || rule.in.includes(status) ? rule.kind : null;
}

/** The deadline of a case of that kind and reason, in epoch milliseconds. */
export function deadlineMs(
  policy: ExceptionPolicy,
  kind: CaseKind,
  reason: string | null,
  openedAtMs: number,
): number {
  const rule = reason === null ? undefined : ruleOf(policy, reason);
  const own = rule?.kind === kind ? rule.deadline_hours : undefined;
  return openedAtMs + (own ?? policy.deadline_hours[kind]) * 3_600_000;
}

/** The days within which a carrier accepts claims, and within which it answers them. */
export function claimTermsOf({ claims }: ExceptionPolicy, carrier: string) {
  const own = ownMember(claims.carriers, carrier);
  return {
    submitWithinDays: own?.submit_within_days ?? claims.submit_within_days,
    answerWithinDays: own?.answer_within_days ?? claims.answer_within_days,
  };
}

/** Returns the policy's rule for a reason; undefined if it has none. */
function ruleOf({ reasons }: Pick<ExceptionPolicy, 'reasons'>, reason: string) {
  return ownMember(reasons, reason);
}

/** The record's own member, not an inherited one: a reason may be called `constructor`. */
function ownMember<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
