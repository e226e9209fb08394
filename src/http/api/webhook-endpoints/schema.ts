import { z } from 'zod';
import { EVENT_TYPES } from '../../../events/event-types.ts';
import { modeView, statusView } from '../../../events/shipment-view.ts';
import { givenInstant, instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { issueText, text } from '../../../kernel/wire/explain-issues.ts';
import { URL_CHARS_MAX } from '../../../platform/net/egress.ts';
import {
  DELIVERY_STATES,
  DESCRIPTION_CHARS_MAX,
  EVENT_PATTERNS_MAX,
  FILTER_VALUES_MAX,
  OVERLAP_S_DEFAULT,
  OVERLAP_S_MAX,
  REPLAY_MAX,
  TEST_EVENT,
  WEBHOOK_FORMATS,
} from '../../../reactions/merchant-webhooks/index.ts';
import { paging } from '../../kit/paged.ts';
import { eventPattern } from '../events/schema.ts';

const textOrNull = z.string().nullable();

const url = text(URL_CHARS_MAX).meta({
  description:
    'https; http only for test keys and for addresses that the operator allows. Must be on the public internet. Redirects are not followed.',
  example: 'https://shop.example/hooks/waybill',
});

const events = z
  .array(eventPattern)
  .min(1)
  .max(EVENT_PATTERNS_MAX)
  .transform((patterns) => [...new Set(patterns)])
  .meta({
    description: '`*` for all, families such as `shipment.*`, or types.',
    example: ['shipment.status_changed', 'shipment.delivered'],
    override: { type: 'array', items: { type: 'string' } },
  });

const description = z
  .union([z.literal(''), text(DESCRIPTION_CHARS_MAX)], {
    error: issueText({
      'webhooks.useOneLineDescription': { descriptionCharsMax: DESCRIPTION_CHARS_MAX },
    }),
  })
  .meta({ description: 'Your own description.', example: 'order system' });

function anyOf<S extends z.ZodType>(member: S) {
  return z.array(member).min(1).max(FILTER_VALUES_MAX).optional();
}

const filters = z
  .strictObject({
    carriers: anyOf(text(64)),
    statuses: anyOf(statusView).describe('The status after the event.'),
    tags: anyOf(text(64)),
  })
  .meta({
    id: 'NewWebhookFilters',
    description:
      'Only events about shipments of one of these carriers, with one of these statuses and one of these tags; omitted members match everything. Events that concern no shipment never match a filter.',
    example: { carriers: ['sandbox'] },
  });

const format = z
  .enum(WEBHOOK_FORMATS)
  .describe(
    'How bodies and signatures look: as ours, or as those of EasyPost or AfterShip, for a receiver that was written for them (docs/compat). It cannot be changed later. Such an endpoint gets only the events that the service has, and the newest secret signs alone.',
  );

export const newWebhookEndpoint = z
  .strictObject({
    url,
    events: events.default(['*']),
    filters: filters.optional(),
    description: description.optional(),
    format: format.default('waybill'),
  })
  .meta({ id: 'NewWebhookEndpoint' });

export const patchWebhookEndpoint = z
  .strictObject({
    url: url.optional(),
    events: events.optional(),
    filters: filters.optional().describe('Replaces all filters; `{}` removes them.'),
    description: description.optional(),
    state: z
      .enum(['active', 'disabled'])
      .optional()
      .describe('`active` also ends a pause and clears the failure count.'),
    missed: z
      .enum(['send', 'cancel'])
      .optional()
      .describe(
        'With `state: active`: send the waiting events in order (default), or skip them. While an endpoint is disabled its events wait, as long as deliveries are kept.',
      ),
  })
  .refine(({ missed, state }) => missed === undefined || state === 'active', {
    error: issueText('webhooks.sendWithActiveState'),
    path: ['missed'],
    params: { reason: issueText('webhooks.onlyAppliesWhenEnabling') },
  })
  .meta({ id: 'WebhookEndpointPatch' });

export const secretRotation = z
  .strictObject({
    overlap_s: z
      .int()
      .min(0)
      .max(OVERLAP_S_MAX)
      .default(OVERLAP_S_DEFAULT)
      .describe('How long the old secret is still used beside the new one.'),
  })
  .meta({ id: 'SecretRotation' });

const common = {
  id: z.uuid(),
  mode: modeView,
  url: z.string(),
  description: z.string(),
  events: z.array(z.string()),
  filters: z
    .strictObject({
      carriers: z.array(z.string()).optional(),
      statuses: z.array(z.string()).optional(),
      tags: z.array(z.string()).optional(),
    })
    .meta({ id: 'WebhookFilters' }),
  format,
  state: z
    .enum(['active', 'disabled'])
    .describe(
      '`disabled`: by you, by an answer of 410, or because no delivery succeeded for days.',
    ),
  disabled_reason: textOrNull,
  disabled_at: instantOrNull,
  paused_until: instantOrNull.describe('The endpoint asked for a pause (`Retry-After`).'),
  failing_since: instantOrNull.describe('The first failure since the last success.'),
  failures: z.int().describe('Since the last success.'),
  last_success_at: instantOrNull,
  last_failure_at: instantOrNull,
  last_failure: textOrNull,
  older_secrets_until: z
    .array(instant)
    .describe('During a rotation: until when older secrets are also used.'),
  created_at: instant,
  updated_at: instant,
};

export const webhookEndpoint = z.strictObject(common).meta({ id: 'WebhookEndpoint' });

export const webhookEndpointDetail = z
  .strictObject({
    ...common,
    health: z
      .strictObject({
        waiting: z.int(),
        oldest_waiting_at: instantOrNull,
        dead: z.int().describe('Given up after about three days. They can be replayed.'),
        last_day: z.strictObject({
          waiting: z.int(),
          delivered: z.int(),
          dead: z.int(),
          cancelled: z.int(),
          delivered_at_first_try: z.int(),
        }),
      })
      .describe('Counted up to 10,000.'),
  })
  .meta({ id: 'WebhookEndpointDetail' });

export const webhookEndpointWithSecret = z
  .strictObject({
    ...common,
    secret: z
      .string()
      .describe('`whsec_…`, for any Standard Webhooks library. Shown only this once.'),
  })
  .meta({ id: 'WebhookEndpointWithSecret' });

export const webhookEndpointPage = z
  .strictObject({
    data: z.array(webhookEndpoint).describe('Oldest first.'),
    next_cursor: textOrNull.describe('Null on the last page.'),
  })
  .meta({ id: 'WebhookEndpointPage' });

export const webhookTest = z
  .strictObject({
    delivery_id: z.uuid(),
    delivered: z.boolean(),
    status: z.int().nullable().describe("The answer's status. Null: there was no answer."),
    reason: textOrNull.describe('Why it was not delivered.'),
    response: textOrNull.describe('The beginning of the answer.'),
    duration_ms: z.int(),
  })
  .meta({ id: 'WebhookTest' });

const deliveryState = z.enum(DELIVERY_STATES);

const delivery = {
  id: z.uuid().describe('The `webhook-id` of each request, and `id` of the body.'),
  event_id: z.uuid().describe('The `id` of the event in `GET /events`.'),
  type: z.string(),
  subject_id: z.uuid().describe('The shipment or other object that the event is about.'),
  sequence: z.int(),
  previous_sequence: z.int().nullable(),
  state: deliveryState.describe(
    '`waiting`: to be sent or retried; `dead`: given up; `cancelled`: by you.',
  ),
  attempts: z.int(),
  next_attempt_at: instantOrNull,
  last_status: z.int().nullable(),
  last_reason: textOrNull.describe('Why the last attempt failed.'),
  recorded_at: instant,
  settled_at: instantOrNull,
};

export const webhookDelivery = z.strictObject(delivery).meta({ id: 'WebhookDelivery' });

export const webhookDeliveryDetail = z
  .strictObject({
    ...delivery,
    body: z.string().describe('The exact text that was signed and sent.'),
    log: z
      .array(
        z.strictObject({
          nr: z.int(),
          at: instant,
          duration_ms: z.int(),
          status: z.int().nullable(),
          reason: textOrNull,
          response: textOrNull,
        }),
      )
      .describe('The attempts, newest first; at most a hundred.'),
  })
  .meta({ id: 'WebhookDeliveryDetail' });

export const webhookDeliveryPage = z
  .strictObject({
    data: z.array(webhookDelivery).describe('Newest first.'),
    next_cursor: textOrNull.describe('Null on the last page.'),
  })
  .meta({ id: 'WebhookDeliveryPage' });

export const webhookReplay = z
  .strictObject({
    since: givenInstant.optional().describe('Events recorded at or after this time.'),
    until: givenInstant.optional().describe('Events recorded before this time. Default: now.'),
    types: z.array(eventPattern).min(1).max(EVENT_PATTERNS_MAX).optional(),
    states: z
      .array(deliveryState.exclude(['waiting']))
      .min(1)
      .max(DELIVERY_STATES.length)
      .optional()
      .describe(
        'Default: with `since`, all states, including delivered ones; otherwise only `dead`. Waiting deliveries are sent in any case.',
      ),
  })
  .refine(
    ({ since, until }) =>
      since === undefined || until === undefined || Date.parse(since) < Date.parse(until),
    { error: issueText('webhooks.useLaterUntil'), path: ['until'] },
  )
  .meta({ id: 'WebhookReplay' });

export const webhookReplayed = z
  .strictObject({
    replayed: z.int(),
    next_since: instantOrNull.describe(
      `One call replays up to ${REPLAY_MAX}: continue with this as \`since\`. Null: that was all.`,
    ),
  })
  .meta({ id: 'WebhookReplayed' });

export const webhookEndpointFilter = z.strictObject(paging());

export const webhookDeliveryFilter = z.strictObject({
  state: deliveryState.optional(),
  type: z.enum([...EVENT_TYPES, TEST_EVENT]).optional(),
  shipment_id: z.uuid().optional(),
  ...paging(),
});
