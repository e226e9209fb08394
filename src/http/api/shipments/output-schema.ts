import { z } from 'zod';
import {
  earlierEstimate,
  shipment,
  shipmentMembers,
  statusView,
} from '../../../events/shipment-view.ts';

import { READ_STATUSES } from '../../../kernel/status.ts';
import { ZONE_SOURCES } from '../../../kernel/time/place-time.ts';
import { instantOrNull, localTimeOrNull, timeZoneOrNull } from '../../../kernel/time/time-kinds.ts';
import { facilityType } from '../facilities/schema.ts';
import { link, polling, proof } from '../pulling/schema.ts';

const textOrNull = z.string().nullable();

export const readStatus = z.enum(READ_STATUSES).meta({
  id: 'EventStatus',
  description: "`none`: known, and says nothing about the parcel's progress.",
});

const warning = z
  .strictObject({
    code: z.enum([
      ...(['pattern_mismatch', 'check_digit_mismatch', 'other_carrier_likelier'] as const),
      ...(['phone_unusable', 'looks_rounded'] as const),
    ]),
    detail: z.string(),
  })
  .meta({ id: 'Warning' });

export const createdShipment = z
  .strictObject({ ...shipmentMembers, warnings: z.array(warning) })
  .meta({ id: 'CreatedShipment' });

const event = z
  .strictObject({
    occurred_at: instantOrNull.describe('Null if the zone is unknown.'),
    occurred_local: localTimeOrNull.describe(
      'Local time at the place, as precise as the carrier gave it.',
    ),
    time_zone: timeZoneOrNull.describe('An IANA name or an offset.'),
    zone_source: z.enum(ZONE_SOURCES).describe('Where the zone comes from.'),
    status: readStatus,
    sub_status: textOrNull,
    milestone: textOrNull,
    description: z.string(),
    location: textOrNull,
    facility: z
      .strictObject({ id: z.uuid(), name: z.string(), type: facilityType })
      .nullable()
      .describe('The building, if the facilities registry has exactly one match.'),
    code: z.string().describe("The carrier's own code."),
    source: z.string(),
    via: textOrNull.describe(
      'The bridge that reported it (`easypost` …); null if the carrier itself or another source did.',
    ),
  })
  .meta({ id: 'Event' });

const command = z
  .strictObject({
    id: z.uuid(),
    status: statusView.describe('The requested status.'),
    sub_status: textOrNull,
    occurred_at: instantOrNull.describe('Null: when it was sent.'),
    note: textOrNull.describe('Your note. Sealed, and erased with the shipment.'),
    api_key_id: z.uuid().nullable(),
    from_status: statusView.describe("The shipment's status at that time."),
    attempted_at: z.iso.datetime(),
    refused: z
      .enum(['forbidden_move', 'overtaken', 'proof_missing'])
      .nullable()
      .describe(
        'Null: it was carried out. `forbidden_move`: a shipment of `from_status` cannot move to that status; `overtaken`: something later was already known; `proof_missing`: proof that the delivery needs had not been given.',
      ),
  })
  .meta({ id: 'Command' });

const party = z.record(z.string(), z.unknown()).nullable();

export const shipmentDetail = z
  .strictObject({
    ...shipmentMembers,
    recipient: party,
    origin: party,
    destination: party,
    events: z.array(event).describe('Newest first.'),
    links: z.array(link),
    commands: z
      .array(command)
      .describe('The statuses you set or tried to set, newest first, at most a hundred.'),
    proofs: z.array(proof).describe('Oldest first.'),
  })
  .meta({ id: 'ShipmentDetail' });

export const shipmentPage = z
  .strictObject({
    data: z.array(shipment),
    next_cursor: textOrNull.describe('Null on the last page.'),
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
    verdict: z.string().describe('The verdict on the fact.'),
    rule: z.string().describe('The rule of the fold that decided.'),
    by: textOrNull.describe('The fact that overruled this one.'),
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
    steering: textOrNull.describe('The identity of the fact that determines the status.'),
    estimated_delivery: earlierEstimate.nullable().describe("The carrier's own code."),
    facts: z.array(fact),
    polling: polling.nullable().describe('Null if it is not polled.'),
  })
  .meta({ id: 'Explanation' });
