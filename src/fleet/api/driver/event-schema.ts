import { z } from 'zod';
import { statusView } from '../../../events/shipment-view.ts';
import { COURIER_EVENT_FAULTS } from '../../../kernel/custody.ts';
import { proofKind } from '../../../kernel/proof-kinds.ts';
import { STATUSES } from '../../../kernel/status.ts';
import { givenInstant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { issueText, longText, text } from '../../../kernel/wire/explain-issues.ts';
import { DRIVER_EVENTS_MAX } from '../../couriers/index.ts';
import { courierId } from '../couriers/schema.ts';

const textOrNull = z.string().nullable();
const proofKinds = z.array(proofKind);

const NOTE_CHARS_MAX = 500;
const CODE_CHARS_MAX = 64;

const place = {
  lat: z.number().min(-90).max(90).optional(),
  lng: z.number().min(-180).max(180).optional(),
};
const eventBase = {
  id: text(CODE_CHARS_MAX).describe(
    'Made by the device, best a UUID. Sent again, the event changes nothing.',
  ),
  at: givenInstant.meta({
    description: "The device's time when it happened, with its offset to UTC.",
    example: '2026-03-14T09:26:53+01:00',
  }),
};
const parcelOf = {
  tracking_number: text(CODE_CHARS_MAX).optional(),
  shipment_id: z.uuid().optional(),
};
const namesOneParcel = (event: {
  tracking_number?: string | undefined;
  shipment_id?: string | undefined;
}) => (event.tracking_number === undefined) !== (event.shipment_id === undefined);
const NAME_ONE = issueText('deliveries.sendOneIdentifier');

const scanEvent = z.strictObject({
  type: z.literal('scan'),
  ...eventBase,
  tracking_number: text(CODE_CHARS_MAX),
  code: text(CODE_CHARS_MAX).meta({
    description: 'PICKUP or LOAD takes the parcel; others are for parcels the courier has.',
    example: 'LOAD',
  }),
  reason_code: text(CODE_CHARS_MAX).optional(),
  facility_code: text(120).optional(),
  piece: text(CODE_CHARS_MAX).optional(),
  note: longText(NOTE_CHARS_MAX).optional(),
  handover: z
    .boolean()
    .optional()
    .describe(
      'With PICKUP or LOAD: the colleague who has it gave it to this courier. Ask the courier before you send it.',
    ),
  ...place,
});

const statusEvent = z
  .strictObject({
    type: z.literal('status'),
    ...eventBase,
    ...parcelOf,
    // Not a component: `z.toJSONSchema` below would put the reference elsewhere.
    status: z.enum(STATUSES),
    sub_status: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,63}$/, issueText('values.useLowerCaseUnderscores'))
      .optional(),
    note: longText(NOTE_CHARS_MAX).optional(),
    ...place,
  })
  .refine(namesOneParcel, NAME_ONE);

const noteEvent = z
  .strictObject({
    type: z.literal('note'),
    ...eventBase,
    ...parcelOf,
    note: longText(NOTE_CHARS_MAX).describe('For whoever works on the case of this parcel.'),
  })
  .refine(namesOneParcel, NAME_ONE);

export const driverEvent = z.discriminatedUnion('type', [scanEvent, statusEvent, noteEvent]);

const { $schema: _, ...EVENT_SHAPE } = z.toJSONSchema(driverEvent, { io: 'input' });

/** Checked one by one, so that one invalid event is refused without affecting the others. */
export const driverEvents = z
  .array(z.unknown())
  .min(1)
  .max(DRIVER_EVENTS_MAX)
  .meta({
    id: 'DriverEvents',
    override: {
      type: 'array',
      minItems: 1,
      maxItems: DRIVER_EVENTS_MAX,
      items: EVENT_SHAPE,
    },
  });

const eventError = z.strictObject({
  code: z
    .enum(COURIER_EVENT_FAULTS)
    .describe(
      '`not_yours`: the courier does not have the parcel, and the event waits for review; `held_by_another`: a colleague has it, see `handover`; `forbidden_move`: see current, requested and allowed; `overtaken`: something later is known.',
    ),
  pointer: z.string().optional().describe('Of `invalid`: the member at fault.'),
  reason: z.string().describe('In words, in English.'),
  fix: z.string().describe('What the courier can do.'),
  current: statusView.optional(),
  requested: statusView.optional(),
  allowed: z.array(statusView).optional(),
  latest_at: instantOrNull.optional(),
  courier: z
    .strictObject({ id: courierId, first_name: z.string() })
    .optional()
    .describe('Of `held_by_another`: who has it.'),
  missing: proofKinds.optional().describe('Of `proof_missing`.'),
});

export const driverResults = z
  .strictObject({
    clock_offset_ms: z
      .int()
      .nullable()
      .describe('How far the clock of the device was ahead, and was corrected by.'),
    results: z.array(
      z.strictObject({
        id: textOrNull.describe('Null: the event had none that could be read.'),
        outcome: z
          .enum(['accepted', 'duplicate', 'refused'])
          .describe(
            '`duplicate`: its id came before and was accepted. An id that was refused before is refused again: give the mended event a new one.',
          ),
        error: eventError.optional(),
      }),
    ),
  })
  .meta({ id: 'DriverResults' });
