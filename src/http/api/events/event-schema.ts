import { z } from 'zod';
import type { EventExtra, ShipmentEventType } from '../../../events/event.ts';
import { EVENT_TYPES, type EventType } from '../../../events/event-types.ts';
import { modeView, shipment } from '../../../events/shipment-view.ts';
import { proofKind } from '../../../kernel/proof-kinds.ts';
import { instant } from '../../../kernel/time/time-kinds.ts';
import { TEST_EVENT } from '../../../reactions/merchant-webhooks/index.ts';
import { caseMembers } from '../exceptions/schema.ts';

const common = {
  id: z.uuid().meta({
    id: 'EventId',
    description:
      "In the feed, the event's id; in a webhook, the id of the event at this endpoint, also sent as the header `webhook-id`. It stays the same however often the event is sent.",
  }),
  sequence: z.int().meta({
    id: 'EventSequence',
    description: 'Counts the events of the object named by `data.id`: 1, 2, 3 …',
  }),
  previous_sequence: z.int().nullable().meta({
    id: 'PreviousEventSequence',
    description:
      'The `sequence` of the previous event in the same place; null for the first, and always null in a feed filtered by `type`. If it equals the last one you handled, you have missed nothing.',
  }),
  occurred_at: instant,
  previous_attributes: z.record(z.string(), z.unknown()).meta({
    id: 'PreviousAttributes',
    description: 'The previous values of the members of `data` that changed.',
  }),
};

const flag = z.literal(true).optional();

/** Entries of every version have these; older ones may lack members added later. */
const shipmentData = shipment
  .partial()
  .required({ id: true, carrier: true, tracking_number: true, status: true, created_at: true })
  .extend({
    quiet: flag.describe(
      'Stored history was read again and nothing happened. Only in the feed: no webhook is sent.',
    ),
    remapped: flag.describe('Stored history was read with another mapping.'),
    resumed: flag.describe('A person declared the problem solved.'),
    via: z.string().optional().describe('The bridge that reported the status.'),
  })
  .loose()
  .meta({
    id: 'EventShipment',
    description: 'The shipment right after the event, without personal data.',
  });

const { id: caseId, kind, reason, state, attempts, deadline_at, ...sinceAdded } = caseMembers;

const caseUpdate = {
  case: z
    .looseObject({
      id: caseId,
      kind,
      reason,
      state,
      attempts,
      deadline_at,
      ...z.object(sinceAdded).partial().shape,
    })
    .meta({ id: 'EventCase', description: 'The case right after the event.' }),
  happened: z.array(z.string()).describe('What was done, as the case lists it under `history`.'),
};

type Data = z.ZodType<Readonly<Record<string, unknown>>>;

const courierId = z.string().meta({ example: 'cou_0123456789abcdef0123456789abcdef' });

/** The members that some events have in addition to the shipment, as `EventExtra` says. */
const EXTRA_MEMBERS: { readonly [Type in keyof EventExtra]: z.ZodRawShape } = {
  'shipment.exception_opened': caseUpdate,
  'shipment.exception_updated': caseUpdate,
  'shipment.exception_resolved': caseUpdate,
  'shipment.proof_added': {
    proof: z.looseObject({
      id: z.string(),
      kinds: z.array(proofKind).describe('The requirements it meets.'),
      by: z.enum(['merchant', 'courier']),
      captured_at: instant,
      missing: z.array(z.string()).describe('What the delivery still needs.'),
    }),
  },
  'shipment.arriving': {
    arriving: z.looseObject({
      expected_at: instant,
      because: z
        .enum(['time', 'distance'])
        .describe('The courier is expected soon, or is close by.'),
      stops_before: z.int(),
    }),
  },
  'shipment.assigned': {
    courier: z.looseObject({
      id: courierId,
      at: instant,
      how: z.enum(['accepted', 'auto', 'dispatcher', 'scanned']),
    }),
  },
  'shipment.unassigned': {
    courier: z.looseObject({ id: courierId, at: instant, why: z.string() }),
  },
  'shipment.unassignable': {
    delivery: z.looseObject({
      id: z.string(),
      open_since: instant.describe('Since when it has been looking for a courier.'),
      asked: z.int().describe('How many couriers were asked.'),
    }),
  },
  'delivery_request.resolved': {
    delivery_request: z.looseObject({
      id: z.string(),
      kind: z.string(),
      state: z.enum(['accepted', 'done', 'refused']),
      made_by: z.enum(['recipient', 'merchant', 'operator']),
    }),
  },
};

const accountData = z
  .looseObject({
    id: z.uuid(),
    carrier: z.string(),
    label: z.string(),
    state: z.string(),
    previous_state: z.string(),
    reason: z.string().describe('One sentence, without secrets.'),
  })
  .meta({ id: 'EventCarrierAccount' });

const erasedData = z
  .strictObject({ id: z.uuid(), deleted: z.literal(true) })
  .meta({ id: 'EventErased', description: 'All that is left of an event of a deleted shipment.' });

const shipmentOrErased = z.union([shipmentData, erasedData]).meta({ id: 'EventShipmentOrErased' });

type OtherType = Exclude<EventType, ShipmentEventType> | 'shipment.deleted' | typeof TEST_EVENT;

/** Events about something other than a shipment. */
const OTHER_DATA: Readonly<Record<OtherType, Data>> = {
  'carrier_account.health_changed': accountData,
  'carrier_account.push_changed': accountData,
  'carrier_account.verification_changed': accountData,
  'webhook_endpoint.disabled': z.looseObject({
    id: z.uuid(),
    mode: modeView,
    description: z.string(),
    state: z.literal('disabled'),
    disabled_reason: z.string(),
    disabled_at: instant,
  }),
  'shop.disabled': z.looseObject({
    id: z.uuid(),
    mode: modeView,
    platform: z.string().meta({ example: 'woocommerce' }),
    url: z.string(),
    status: z.literal('disabled'),
    disabled_reason: z.string(),
    disabled_at: instant,
  }),
  'courier.silent': z.looseObject({
    id: z.uuid(),
    courier_id: courierId,
    silent_since: instant,
    shipment_id: z
      .uuid()
      .nullable()
      .describe('The parcel whose case to look at; null: none of the route is registered.'),
  }),
  'shipment.deleted': erasedData,
  [TEST_EVENT]: z.looseObject({
    id: z.uuid().describe('The endpoint.'),
    mode: modeView,
    message: z.string(),
  }),
};

/** Returns the schema of the `data` of events of that type. */
function dataSchemaOf(type: string): Data {
  const other = new Map<string, Data>(Object.entries(OTHER_DATA)).get(type);
  if (other !== undefined) return other;
  const extraMembers = new Map<string, z.ZodRawShape>(Object.entries(EXTRA_MEMBERS)).get(type);
  if (extraMembers === undefined) return shipmentOrErased;
  const withExtra = shipmentData
    .and(z.looseObject(extraMembers))
    .meta({ id: `Event${toPascalCase(type)}` });
  return z.union([withExtra, erasedData]);
}

/** `shipment.status_changed` → `ShipmentStatusChanged` */
function toPascalCase(type: string): string {
  return type.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function schemaOf<const Type extends string>(type: Type) {
  return z
    .strictObject({ ...common, type: z.literal(type), data: dataSchemaOf(type) })
    .meta({ id: `${toPascalCase(type)}Event` });
}

const SCHEMAS = new Map([...EVENT_TYPES, TEST_EVENT].map((type) => [type, schemaOf(type)]));

/** The body posted to an endpoint for an event of that type. */
export function webhookBody(type: EventType | typeof TEST_EVENT): ReturnType<typeof schemaOf> {
  const found = SCHEMAS.get(type);
  if (found === undefined) throw new Error(`there is no schema of ${type}`);
  return found;
}

const [first, ...others] = EVENT_TYPES;

/** Every event of the log, discriminated by `type`. */
export const event = z
  .discriminatedUnion('type', [webhookBody(first), ...others.map(webhookBody)])
  .meta({
    id: 'MerchantEvent',
    description:
      '`type` says which of these it is. New types may be added: skip those that you do not know.',
  });
