import { z } from 'zod';
import {
  attributeInputs,
  attributesOf,
  orderId,
  type ShipmentAttributes,
} from '../../../events/shipment-attributes.ts';
import { statusView } from '../../../events/shipment-view.ts';
import { PASTED_CHARS_MAX } from '../../../kernel/numbers/check-digit.ts';
import { givenInstant } from '../../../kernel/time/time-kinds.ts';
import { issueText, longText, text } from '../../../kernel/wire/explain-issues.ts';
import { country } from '../../kit/schemas.ts';

/** Longer than any carrier's number with its routing prefix and spaces. */
export const NUMBER_CHARS_MAX = 64;
/**
 * A number that cannot be registered, in any case: its page would be `/track/{carrier}/live`, which
 * is an event stream.
 */
export const RESERVED_NUMBER = 'live';
/** RFC 5321 §4.5.3.1. */
const EMAIL_CHARS_MAX = 254;

export const recipient = z
  .strictObject({
    name: text(200).nullish(),
    email: z.email(issueText('notifications.useEmailAddress')).max(EMAIL_CHARS_MAX).nullish(),
    phone: text(32)
      .nullish()
      .describe('E.164 (+4915112345678), or as dialled in the destination country.'),
    locale: z
      .string()
      .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, issueText('shipments.useLanguageTag'))
      .nullish(),
  })
  .meta({ id: 'Recipient', example: { name: 'A. Example', email: 'a@example.com', locale: 'de' } });

export const address = z
  .strictObject({
    name: text(200).nullish(),
    company: text(200).nullish(),
    line1: text(200).nullish(),
    line2: text(200).nullish(),
    city: text(100).nullish(),
    region: text(100).nullish(),
    postal_code: text(16).nullish(),
    country: country.nullish(),
    lat: z
      .number()
      .min(-90)
      .max(90)
      .nullish()
      .describe('Degrees, with `lng`. Your own deliveries are measured against it.'),
    lng: z.number().min(-180).max(180).nullish(),
  })
  .refine(({ lat, lng }) => ((lat ?? null) === null) === ((lng ?? null) === null), {
    path: ['lat'],
    error: issueText('values.sendLatWithLng'),
    params: { reason: issueText('shipments.pairIncomplete') },
  })
  .meta({ id: 'Address', example: { postal_code: '10115', city: 'Berlin', country: 'DE' } });

const given = {
  order_id: orderId.nullish().describe('Shorthand for `order_ids` with one member.'),
  ...attributeInputs,
  recipient: recipient.nullish(),
  origin: address.nullish(),
  destination: address.nullish(),
};

export const createShipment = z
  .strictObject({
    carrier: text(64)
      .nullish()
      .describe('Default: detected from the number, if only one carrier is possible.'),
    tracking_number: text(PASTED_CHARS_MAX)
      .optional()
      .meta({
        description:
          `Required, except for a parcel of your own couriers, which gets a unique number. ` +
          `As printed or pasted: with spaces and dashes, after a label, or inside a tracking URL. ` +
          `The number itself has at most ${NUMBER_CHARS_MAX} characters.`,
        example: '9400111202555842332607',
      }),
    same_parcel: z
      .boolean()
      .optional()
      .describe(
        'Confirms that this order is in the same parcel as the order of another recipient that uses the number. Without it, the answer is 409.',
      ),
    ...given,
  })
  .meta({ id: 'NewShipment' });

export type CreateShipment = z.output<typeof createShipment>;

export const BATCH_MAX = 100;

/**
 * Members are checked one by one, so that an invalid item is rejected without affecting the others.
 */
export const createShipmentBatch = z
  .union([z.strictObject({ shipments: z.array(z.unknown()) }), z.array(z.unknown())], {
    error: issueText({ 'shipments.sendShipmentList': { batchMax: BATCH_MAX } }),
  })
  // A union's error does not state the size, so the limit is checked here to report it.
  .superRefine((batch, { addIssue }) => {
    const isBare = Array.isArray(batch);
    const { length: count } = isBare ? batch : batch.shipments;
    if (count >= 1 && count <= BATCH_MAX) return;
    const requests = Math.ceil(count / BATCH_MAX);
    addIssue({
      code: 'custom',
      path: isBare ? [] : ['shipments'],
      message:
        count === 0
          ? issueText({ 'shipments.sendOneTo': { batchMax: BATCH_MAX } })
          : issueText({ 'shipments.sendFewerPerRequest': { batchMax: BATCH_MAX, requests } }),
      params: {
        reason: issueText(count === 0 ? 'values.empty' : { 'shipments.holdsCount': { count } }),
      },
    });
  })
  .meta({
    id: 'ShipmentBatch',
    override: {
      type: 'object',
      properties: {
        shipments: {
          type: 'array',
          minItems: 1,
          maxItems: BATCH_MAX,
          items: { $ref: '#/components/schemas/NewShipment' },
        },
      },
      required: ['shipments'],
      anyOf: undefined,
    },
  });

export const shipmentChange = z
  .strictObject(given)
  .refine((value) => Object.keys(value).length > 0, issueText('values.sendMemberToChange'))
  .meta({
    id: 'ShipmentChange',
    description:
      'Absent members stay unchanged; null clears one. metadata, tags, recipient and addresses are replaced as a whole.',
  });

export type PatchShipment = z.output<typeof shipmentChange>;

export const statusCommand = z
  .strictObject({
    status: statusView,
    sub_status: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,63}$/, issueText('values.useLowerCaseUnderscores'))
      .nullish(),
    occurred_at: givenInstant.nullish().describe('Default: now.'),
    note: longText(500).nullish().describe('For your own records; shown to nobody else.'),
  })
  .meta({ id: 'StatusCommand' });

/** Converts request attributes to tracking's names: null clears, absent members stay absent. */
export function attributesSent(sent: CreateShipment | PatchShipment): Partial<ShipmentAttributes> {
  const { order_id: one, order_ids: several, ...others } = sent;
  if (one === undefined && several === undefined) return attributesOf(others);
  const all = new Set([...(one ? [one] : []), ...(several ?? [])]);
  return attributesOf({ ...others, order_ids: [...all] });
}
