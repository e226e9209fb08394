import { z } from 'zod';
import { EVENT_TYPES, type EventType } from '../../../events/event-types.ts';
import { issueText } from '../../../kernel/wire/explain-issues.ts';
import { CURSOR_CHARS_MAX } from '../../../platform/event-log/event-feed.ts';
import { EVENT_PATTERNS_MAX } from '../../../reactions/merchant-webhooks/index.ts';
import { several } from '../../kit/schemas.ts';
import { event } from './event-schema.ts';

/** When each event occurs, for `/openapi.json` and docs/webhooks.md. */
export const EVENT_CATALOGUE: Readonly<Record<EventType, string>> = {
  'shipment.created': 'You registered it.',
  'shipment.status_changed': 'Its status, reason, pieces or delivery time changed.',
  'shipment.corrected':
    'A final status no longer applies, such as a delivery that the carrier retracted.',
  'shipment.delivered':
    'It is delivered and confirmed, so you can now do things that cannot be undone. It is sent in addition to `shipment.status_changed`.',
  'shipment.delivery_withdrawn':
    'The carrier took back a confirmed delivery, by a code that it documents for this. It is sent in addition to `shipment.corrected`.',
  'shipment.confirmed':
    'Until now, only an unsigned webhook had reported the status. Now a source that cannot be forged has confirmed it.',
  'shipment.edd_changed': 'The expected day of delivery changed, or there is none any more.',
  'shipment.tracking_updated':
    'There is a new scan, a new date from the carrier or new hours within the day, but no event above applies.',
  'shipment.updated': 'You changed its data.',
  'shipment.expired': 'There was no update for so long that polling stopped.',
  'shipment.exception_opened': 'It needs attention: a case was opened (`data.case`).',
  'shipment.exception_updated': 'The case changed (`data.case`).',
  'shipment.exception_resolved': 'The case is closed (`data.case.outcome`).',
  'delivery_request.resolved':
    "A recipient's delivery request was accepted or refused (`data.delivery_request`: `kind`, `state`).",
  'shipment.delay_predicted': 'It will probably be late.',
  'shipment.proof_added':
    'Your courier or you added proof of its delivery (`data.proof`: `kinds`, `by`, and what is still `missing`).',
  'shipment.arriving':
    'Your courier will be at the door soon (`data.arriving`: `expected_at`, `stops_before`). Sent once for each delivery attempt.',
  'shipment.assigned':
    'A courier was assigned (`data.courier`: `id`, `at`, `how`: `accepted`, `auto`, `dispatcher` or `scanned`).',
  'shipment.unassigned':
    'Its courier gave it up or lost it; another is being found (`data.courier`: `id`, `why`).',
  'shipment.unassignable':
    'No nearby courier accepts it. It stays open; a dispatcher should act (`data.delivery`: `open_since`, `asked`).',
  'shipment.deleted':
    'You deleted it, or its retention ended. No event follows, and `data` of all its events is `{"id": …, "deleted": true}`.',
  'carrier_account.health_changed': 'A carrier account started or stopped working.',
  'carrier_account.push_changed': 'A carrier started or stopped sending webhooks for an account.',
  'carrier_account.verification_changed':
    'The carrier accepted or refused the credentials of an account.',
  'webhook_endpoint.disabled': 'The hub stopped posting to one of your endpoints; `data` says why.',
  'shop.disabled':
    'The hub stopped reading and writing one of your shops; `data.disabled_reason` says why.',
  'courier.silent':
    'A courier with parcels has sent no scan or position for long (`data.courier_id`, `silent_since`). The case of kind `custody` of the parcel `shipment_id` is closed when the courier reports again.',
};

/** `*`, a family or a type of the catalogue. */
export const eventPattern = z
  .string()
  .max(64)
  .refine(isKnownPattern, {
    error: issueText({ 'webhooks.useKnownEventTypes': { eventTypes: EVENT_TYPES.join(', ') } }),
    params: { reason: issueText('webhooks.noSuchEvent') },
  })
  .meta({ example: 'shipment.status_changed' });

function isKnownPattern(pattern: string): boolean {
  if (pattern === '*') return true;
  if (pattern.endsWith('.*')) {
    return EVENT_TYPES.some((type) => type.startsWith(pattern.slice(0, -1)));
  }
  return EVENT_TYPES.some((type) => type === pattern);
}

const EVENTS_MAX = 500;
const EVENTS_DEFAULT = 100;
const LIMIT_WANTED = issueText({ 'webhooks.useIntegerInRange': { eventsMax: EVENTS_MAX } });

export const eventFeedQuery = z.strictObject({
  after: z
    .string()
    .max(CURSOR_CHARS_MAX)
    .optional()
    .describe(
      '`next_cursor` of the previous answer, or `latest` for events from now on. Default: from the oldest stored event.',
    ),
  limit: z
    .string()
    .regex(/^\d{1,4}$/, LIMIT_WANTED)
    .transform(Number)
    .refine((value) => value >= 1 && value <= EVENTS_MAX, LIMIT_WANTED)
    .default(EVENTS_DEFAULT)
    .meta({
      override: {
        type: 'integer',
        pattern: undefined,
        minimum: 1,
        maximum: EVENTS_MAX,
        default: EVENTS_DEFAULT,
      },
    }),
  type: several(
    eventPattern,
    { most: EVENT_PATTERNS_MAX, charsMax: 2_000, schema: { type: 'string' } },
    'Only these types or families such as `shipment.*`: `type=shipment.delivered,shipment.expired`, or `type` several times. `previous_sequence` is then null, because omitted events are not gaps.',
  ),
});

export const eventPage = z
  .strictObject({
    data: z.array(event).describe('In order per shipment.'),
    next_cursor: z
      .string()
      .describe('The value for `after`, now or later. Never null, because a feed has no end.'),
    has_more: z.boolean().describe('There are more: continue at once.'),
  })
  .meta({ id: 'EventPage' });
