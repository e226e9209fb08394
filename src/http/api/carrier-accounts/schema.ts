import { z } from 'zod';
import { instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { issueText, text } from '../../../kernel/wire/explain-issues.ts';
import { listPage } from '../../kit/paged.ts';

const WEBHOOK_SECRETS_MAX = 8;
const CREDENTIALS_MAX = 16;
/** PEM private keys are the longest credentials that carrier portals issue. */
const CREDENTIAL_CHARS_MAX = 8_192;
/** More than any carrier allows an account. */
const CALLS_MAX = 10_000_000;

/** Control and format characters: pasted unnoticed, and part of no key that a portal issues. */
const INVISIBLE = /[\p{Cc}\p{Cf}]/u;
/** PEM keys legitimately contain line breaks. */
const PEM = /^-----BEGIN [A-Z ]+-----/;

const ENVIRONMENTS = ['production', 'carrier_test', 'sandbox'] as const;
export const environment = z.enum(ENVIRONMENTS).meta({ id: 'CarrierEnvironment' });

const webhookSecret = z
  .string()
  .min(1)
  .max(512)
  .refine((secret) => secret.trim() !== '', {
    error: issueText('accounts.sendCarrierSecret'),
    params: { reason: issueText('accounts.onlyWhitespace') },
  });

const webhookSecrets = z
  .array(webhookSecret)
  .min(1)
  .max(WEBHOOK_SECRETS_MAX)
  .describe('The secrets with which the carrier signs, or which it sends; several while rotating.');

const credential = z
  .string()
  .trim()
  .min(1)
  .max(CREDENTIAL_CHARS_MAX)
  .refine((value) => PEM.test(value) || !INVISIBLE.test(value), {
    error: issueText('accounts.copyFromCarrierPortal'),
    params: { reason: issueText('accounts.invisibleCharacter') },
  })
  .refine((value) => !value.includes('\0'), issueText('accounts.removeNulCharacter'));

const names = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, issueText('values.useLowerCaseName'));
const few = (value: object) => Object.keys(value).length <= CREDENTIALS_MAX;

const cap = z.int().min(1).max(CALLS_MAX).nullable();
const caps = z
  .strictObject({ calls_per_hour: cap.optional(), calls_per_day: cap.optional() })
  .meta({
    id: 'CallCaps',
    description: "Below the carrier's own limits. Null: only the carrier's limits apply.",
  });

const RULE_ITEMS_MAX = 1_000;
const REGISTRATIONS_MAX = 100_000_000;

const ruleItems = z.array(text(64)).max(RULE_ITEMS_MAX).nullable().meta({ id: 'BridgeRuleItems' });

const rule = z
  .strictObject({
    monthly_cap: z
      .int()
      .min(0)
      .max(REGISTRATIONS_MAX)
      .describe('The most registrations in a calendar month (UTC); 0: nothing is registered.'),
    carriers: ruleItems
      .optional()
      .describe('Null: every carrier that none of your accounts polls.'),
    countries: ruleItems.optional().describe('Destinations, ISO 3166-1. Null: all.'),
  })
  .meta({
    id: 'BridgeRule',
    description:
      'Which of your parcels the hub registers with a bridge, which may charge for each. A parcel is never registered twice.',
  });

export type BridgeRuleInput = z.output<typeof rule>;

export const newCarrierAccount = z
  .strictObject({
    carrier: text(64),
    label: text(100),
    credentials: z
      .record(names, credential)
      .refine(few, issueText({ 'accounts.limitCredentials': { credentialsMax: CREDENTIALS_MAX } }))
      .optional()
      .meta({
        description:
          "What polling needs: the members that `GET /carriers` lists under the carrier's `credentials`.",
        example: { client_id: 'from-the-carriers-portal', client_secret: 'from-the-same-place' },
      }),
    webhook_secrets: webhookSecrets.optional(),
    environment: environment
      .optional()
      .describe(
        "`production` with a live key; with a test key `carrier_test`, the carrier's own test system, or `sandbox`, the one we ship.",
      ),
    caps: caps.optional(),
    rule: rule.optional(),
  })
  .meta({ id: 'NewCarrierAccount' });

export type NewCarrierAccount = z.output<typeof newCarrierAccount>;

export const carrierAccountChange = z
  .strictObject({
    label: text(100).optional(),
    credentials: z
      .record(names, credential.nullable())
      .refine(few, issueText({ 'accounts.limitCredentials': { credentialsMax: CREDENTIALS_MAX } }))
      .optional()
      .describe('The named ones are replaced, or removed if null; the others stay.'),
    webhook_secrets: webhookSecrets
      .optional()
      .describe(
        'All secrets valid from now on: the new one first, the old one as long as it may still be used.',
      ),
    caps: caps.optional(),
    rule: rule.optional(),
  })
  .refine((value) => Object.keys(value).length > 0, issueText('values.sendMemberToChange'))
  .meta({ id: 'CarrierAccountChange' });

export type CarrierAccountChange = z.output<typeof carrierAccountChange>;

export const verifyQuery = z.strictObject({
  verify: z
    .enum(['true', 'false'])
    .default('true')
    .transform((text) => text === 'true')
    .meta({
      description:
        '`false` stores credentials without checking them first; they are checked later.',
      override: { type: 'string', enum: ['true', 'false'], default: 'true' },
    }),
});

const health = z
  .strictObject({
    state: z.enum([
      'ok',
      'failing_credentials',
      'missing_scope',
      'rate_limited',
      'unreachable',
      'degraded',
      'quota_near',
      'idle',
    ]),
    since: instantOrNull,
    reason: z.string().nullable(),
    budget: z.array(
      z.strictObject({
        window: z.enum(['hour', 'day']),
        limit: z.int(),
        used: z.int(),
        resets_at: instant,
      }),
    ),
    push: z.strictObject({
      state: z.enum(['healthy', 'silent', 'suspended', 'none']),
      since: instantOrNull,
      subscriptions: z.int(),
      reason: z
        .string()
        .nullable()
        .describe(
          'Why subscribed webhooks do not arrive, or none is subscribed. Null if they do, or if a person must subscribe.',
        ),
    }),
    targets: z
      .strictObject({ active: z.int(), due: z.int(), overdue: z.int() })
      .describe(
        'Parcels that this account polls for. `due` and `overdue` are counted up to 5,000; beyond that, `active` is up to ten minutes old.',
      ),
    registrations: z
      .strictObject({
        this_month: z.int(),
        used: z.int().optional(),
        remaining: z.int().optional(),
        reason: z.string().optional(),
      })
      .optional()
      .describe(
        'Of a bridge: how many were made, what the service says is used and left, and why none is made now.',
      ),
  })
  .meta({ id: 'CarrierAccountHealth' });

export const carrierAccount = z
  .strictObject({
    id: z.uuid(),
    carrier: z.string(),
    label: z.string(),
    environment,
    credentials: z
      .array(z.string())
      .describe('The names of those that are set; values are never shown.'),
    verification: z
      .strictObject({
        state: z.enum(['verified', 'unverified', 'refused']),
        reason: z.string().nullable(),
        at: instant,
      })
      .nullable()
      .describe(
        "The carrier's answer to the credentials, and since when. `unverified` ones are checked again automatically, unless `reason` says otherwise; `refused` appears only if found later. Null without credentials.",
      ),
    caps: z.strictObject({
      calls_per_hour: z.int().nullable(),
      calls_per_day: z.int().nullable(),
    }),
    rule: rule.optional(),
    webhook_url: z
      .string()
      .nullable()
      .describe('Configure the carrier to send webhooks here. Null if it sends none.'),
    health: health.nullable().describe('Null until the account is first used for polling.'),
    created_at: instant,
  })
  .meta({ id: 'CarrierAccount' });

export const carrierAccountList = listPage(carrierAccount).meta({ id: 'CarrierAccountList' });
