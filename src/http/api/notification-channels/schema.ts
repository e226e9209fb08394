import { z } from 'zod';
import { modeView } from '../../../events/shipment-view.ts';
import { instant } from '../../../kernel/time/time-kinds.ts';
import { issueText, text } from '../../../kernel/wire/explain-issues.ts';
import { CHANNEL_KINDS } from '../../../reactions/notifications/index.ts';
import { listPage } from '../../kit/paged.ts';

const LABEL_CHARS_MAX = 100;
const PROVIDER_CHARS_MAX = 40;
/** A service account's key file is the longest secret that providers issue. */
const VALUE_CHARS_MAX = 8_192;
const MEMBERS_MAX = 30;
const LIST_MAX = 20;

const value = z.union(
  [
    z.string().max(VALUE_CHARS_MAX),
    z.number(),
    z.boolean(),
    z.array(z.string().max(VALUE_CHARS_MAX)).max(LIST_MAX),
  ],
  {
    error: issueText({ 'notifications.useConfigValue': { valueCharsMax: VALUE_CHARS_MAX } }),
  },
);
const names = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, issueText('values.useLowerCaseName'));
const few = (members: object) => Object.keys(members).length <= MEMBERS_MAX;
const FEW = issueText({ 'notifications.useFewerMembers': { membersMax: MEMBERS_MAX } });

export const channelKind = z.enum(CHANNEL_KINDS).meta({ id: 'NotificationChannelKind' });

export const newNotificationChannel = z
  .strictObject({
    provider: text(PROVIDER_CHARS_MAX).describe('One of `GET /notification-providers`.'),
    kind: channelKind.optional().describe('If the provider has several.'),
    label: text(LABEL_CHARS_MAX),
    config: z
      .record(names, value)
      .refine(few, FEW)
      .meta({
        description: "The provider's settings. Sealed; secrets are never shown again.",
        example: { host: 'smtp.shop.example', from_address: 'parcels@shop.example' },
      }),
  })
  .meta({ id: 'NewNotificationChannel' });

export const notificationChannelChange = z
  .strictObject({
    label: text(LABEL_CHARS_MAX).optional(),
    enabled: z.boolean().optional(),
    config: z
      .record(names, value.nullable())
      .refine(few, FEW)
      .optional()
      .describe('The named ones are replaced, or removed if null; the others stay.'),
  })
  .refine((change) => Object.keys(change).length > 0, issueText('values.sendMemberToChange'))
  .meta({ id: 'NotificationChannelChange' });

export const askProviderQuery = z.strictObject({
  verify: z
    .enum(['true', 'false'])
    .default('true')
    .transform((given) => given === 'true')
    .meta({
      description: '`false` stores it without checking it with the provider first.',
      override: { type: 'string', enum: ['true', 'false'], default: 'true' },
    }),
});

export const notificationChannel = z
  .strictObject({
    id: z.uuid(),
    mode: modeView,
    provider: z.string(),
    kind: channelKind,
    label: z.string(),
    enabled: z.boolean(),
    config: z.record(z.string(), z.unknown()).describe('Without the secrets.'),
    secrets: z.array(z.string()).describe('Names of those that are set.'),
    verification: z
      .strictObject({
        state: z.enum(['verified', 'unverified']),
        reason: z.string().nullable(),
        at: instant,
      })
      .describe("The provider's answer to the credentials check."),
    delivery_status_url: z
      .string()
      .nullable()
      .describe("The URL for the provider's delivery callbacks. Null if it has none."),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'NotificationChannel' });

export const notificationChannelList = z
  .strictObject({
    data: z.array(notificationChannel).describe('Oldest first.'),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'NotificationChannelList' });

export const notificationWebhookSecret = z
  .strictObject({
    secret: z.string().describe('`whsec_` and a key in Base64, as in Standard Webhooks.'),
  })
  .meta({ id: 'NotificationWebhookSecret' });

export const notificationProviderList = listPage(
  z.strictObject({
    provider: z.string(),
    kinds: z.array(channelKind),
    secrets: z.array(z.string()).describe('Members that are never shown.'),
    config_schema: z.record(z.string(), z.unknown()).describe('JSON Schema of `config`.'),
  }),
).meta({ id: 'NotificationProviderList' });
