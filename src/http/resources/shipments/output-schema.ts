import { z } from 'zod';
import { estimateMembers } from '../../../events/estimate-view.ts';
import { shipment, shipmentMembers, statusView } from '../../../events/shipment-view.ts';
import { FACILITY_TYPES } from '../../../intake/index.ts';
import { READ_STATUSES } from '../../../kernel/status.ts';
import { ZONE_SOURCES } from '../../../kernel/time/place-time.ts';
import { instantOrNull, localTimeOrNull, timeZoneOrNull } from '../../../kernel/time/time-kinds.ts';
import { link, polling, proof } from '../pulling/schema.ts';

const textOrNull = z.string().nullable();

const readStatus = z.enum(READ_STATUSES).meta({
  id: 'EventStatus',
  description: '`none`: known, and says nothing about where the parcel is.',
});

const warning = z
  .strictObject({
    code: z.enum([
      ...(['pattern_mismatch', 'check_digit_mismatch', 'other_carrier_likelier'] as const),
      'phone_unusable',
    ]),
    detail: z.string(),
  })
  .meta({ id: 'Warning' });

export const createdShipment = z
  .strictObject({ ...shipmentMembers, warnings: z.array(warning) })
  .meta({ id: 'CreatedShipment' });

const event = z
  .strictObject({
    occurred_at: instantOrNull.meta({ description: 'Null when the zone is not known.' }),
    occurred_local: localTimeOrNull.meta({
      description: 'Wall clock at the place, as exact as the carrier gave it.',
    }),
    time_zone: timeZoneOrNull.meta({ description: 'IANA name or offset.' }),
    zone_source: z.enum(ZONE_SOURCES).meta({ description: 'How the zone is known.' }),
    status: readStatus,
    sub_status: textOrNull,
    milestone: textOrNull,
    description: z.string(),
    location: textOrNull,
    facility: z
      .strictObject({ id: z.uuid(), name: z.string(), type: z.enum(FACILITY_TYPES) })
      .nullable()
      .meta({
        description:
          'The building, where the registry of facilities knows exactly one by the name.',
      }),
    code: z.string().meta({ description: "The carrier's own code." }),
    source: z.string(),
  })
  .meta({ id: 'Event' });

const command = z
  .strictObject({
    id: z.uuid(),
    status: statusView.meta({ description: 'What was asked for.' }),
    sub_status: textOrNull,
    occurred_at: instantOrNull.meta({ description: 'Null: as of when it was sent.' }),
    note: textOrNull.meta({ description: 'Your own words; sealed, and erased with the shipment.' }),
    api_key_id: z.uuid().nullable(),
    from_status: statusView.meta({ description: 'What the shipment showed then.' }),
    attempted_at: z.iso.datetime(),
    refused: z.enum(['forbidden_move', 'overtaken']).nullable().meta({
      description:
        'Null: it was obeyed. `forbidden_move`: a shipment of `from_status` cannot become that; `overtaken`: something later was known already.',
    }),
  })
  .meta({ id: 'Command' });

const party = z.record(z.string(), z.unknown()).nullable();

export const shipmentDetail = z
  .strictObject({
    ...shipmentMembers,
    recipient: party,
    origin: party,
    destination: party,
    events: z.array(event).meta({ description: 'Newest first.' }),
    links: z.array(link),
    commands: z.array(command).meta({
      description: 'Statuses you set or tried to set, newest first, a hundred at most.',
    }),
    proofs: z.array(proof).meta({ description: 'Oldest first.' }),
  })
  .meta({ id: 'ShipmentDetail' });

export const shipmentPage = z
  .strictObject({
    data: z.array(shipment),
    next_cursor: textOrNull.meta({ description: 'Null on the last page.' }),
  })
  .meta({ id: 'ShipmentPage' });

export const batchAnswer = z
  .strictObject({
    data: z.array(
      z.strictObject({
        index: z.int(),
        status: z.int(),
        body: createdShipment.optional(),
        problem: z.record(z.string(), z.unknown()).optional(),
      }),
    ),
  })
  .meta({ id: 'BatchAnswer' });

const fact = z
  .looseObject({
    identity: z.string(),
    codes: z.record(z.string(), z.string()),
    verdict: z.string().meta({ description: 'What became of the fact.' }),
    rule: z.string().meta({ description: 'The rule of the fold that decided.' }),
    by: textOrNull.meta({ description: 'The fact that took this one out.' }),
    shown: z.boolean(),
  })
  .meta({ id: 'ExplainedFact' });

export const explanation = z
  .looseObject({
    id: z.uuid(),
    carrier: z.string(),
    tracking_number: z.string(),
    status: statusView,
    sub_status: textOrNull,
    confirmed: z.boolean(),
    steering: textOrNull.meta({ description: 'Identity of the fact that gives the status.' }),
    estimated_delivery: z
      .strictObject(estimateMembers)
      .nullable()
      .meta({ description: "The carrier's." }),
    facts: z.array(fact),
    polling: polling.nullable().meta({ description: 'Null when nobody is asked about it.' }),
  })
  .meta({ id: 'Explanation' });
