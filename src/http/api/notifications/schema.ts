import { z } from 'zod';
import { instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { issueText, text } from '../../../kernel/wire/explain-issues.ts';
import {
  AUDIENCES,
  CHANNEL_KINDS,
  MILESTONES,
  milestone,
  NOT_SENT_REASONS,
  NOTIFICATION_STATES,
  ruleSet,
  TEMPLATES,
  WAITING_REASONS,
} from '../../../reactions/notifications/index.ts';
import { listPage, paging } from '../../kit/paged.ts';
import { channelKind } from '../notification-channels/schema.ts';
import { templateName } from '../notification-templates/schema.ts';
import { NUMBER_CHARS_MAX } from '../shipments/input-schema.ts';

const notificationState = z.enum(NOTIFICATION_STATES).meta({ id: 'NotificationState' });

const ADDRESS_CHARS_MAX = 4_096;

export const notificationRules = ruleSet;

export const storedRules = z
  .strictObject({
    source: z
      .enum(['installation', 'own'])
      .describe("`installation`: the installation's rules, because you have none of your own."),
    ...ruleSet.shape,
  })
  .meta({ id: 'ActiveNotificationRules' });

export const ruleSwitch = z.strictObject({ enabled: z.boolean() }).meta({ id: 'RuleSwitch' });

export const notificationFilter = z.strictObject({
  shipment_id: z.uuid(issueText('shipments.sendShipmentId')).optional(),
  state: notificationState.optional(),
  reason: z
    .enum([...NOT_SENT_REASONS, ...WAITING_REASONS])
    .optional()
    .describe('Why it was not sent, or is waiting.'),
  milestone: z.enum(TEMPLATES).optional(),
  channel: z.enum(CHANNEL_KINDS).optional(),
  audience: z.enum(AUDIENCES).optional(),
  ...paging(),
});

const members = {
  id: z.uuid(),
  shipment_id: z.uuid(),
  event_id: z.uuid().nullable().describe('The event behind it.'),
  rule: z.string().nullable(),
  milestone: templateName,
  template: templateName,
  channel: channelKind,
  audience: z.enum(AUDIENCES),
  subscription_id: z.uuid().nullable(),
  locale: z.string().nullable(),
  state: notificationState,
  reason: z
    .string()
    .nullable()
    .describe(
      `For \`not_sent\`: ${NOT_SENT_REASONS.join(', ')}. For \`postponed\`: ${WAITING_REASONS.join(', ')}. Otherwise the provider's text.`,
    ),
  occurred_at: instant,
  created_at: instant,
  send_at: instantOrNull.describe('When it is due. Null: it is finished.'),
  sent_at: instantOrNull,
  ended_at: instantOrNull,
  attempts: z.int(),
  provider: z.string().nullable(),
};

const notification = z.strictObject(members).meta({ id: 'Notification' });

export const notificationPage = listPage(notification).meta({ id: 'NotificationPage' });

export const notificationWithAttempts = z
  .strictObject({
    ...members,
    tries: z.array(
      z.strictObject({
        nr: z.int(),
        provider: z.string(),
        started_at: instant,
        ended_at: instantOrNull,
        outcome: z
          .enum(['accepted', 'retry', 'refused', 'unknown'])
          .nullable()
          .describe('Null: in progress, or interrupted.'),
        reason: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'NotificationWithTries' });

export const subscribeBody = z
  .strictObject({
    tracking_number: text(NUMBER_CHARS_MAX),
    carrier: text(64).nullish().describe('For numbers that several carriers have.'),
    channel: z.enum(['email', 'sms', 'push']),
    address: z
      .string()
      .trim()
      .min(1)
      .max(ADDRESS_CHARS_MAX)
      .describe(
        'An email address, a phone number with country code, or a push token or subscription.',
      ),
    milestones: z
      .array(milestone)
      .max(MILESTONES.length)
      .refine(
        (all) => new Set(all).size === all.length,
        issueText('notifications.removeDuplicates'),
      )
      .nullish()
      .describe('Absent or empty: all milestones.'),
    locale: z
      .string()
      .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, issueText('shipments.useLanguageTag'))
      .nullish(),
  })
  .meta({ id: 'NewSubscription' });

export const subscribeAnswer = z
  .strictObject({ state: z.literal('asked'), detail: z.string() })
  .meta({ id: 'SubscriptionAsked' });
