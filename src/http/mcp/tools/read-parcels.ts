import { z } from 'zod';
import { Problem } from '../../../kernel/errors.ts';
import { STATUSES } from '../../../kernel/status.ts';
import { DATE_MEMBERS, eventRow, PARCEL, parcelId, parcelRow, peopleOf } from './parcel.ts';
import { quotedMembers } from './quoted.ts';
import {
  cursor,
  type Json,
  listOf,
  mayUse,
  objectOf,
  pick,
  rows,
  type ToolCall,
  tool,
  word,
} from './tool.ts';

/** Newest events of one answer: a parcel has about ten, one with a problem three times as many. */
const EVENTS_MAX = 40;

/** Lists parcels; the filters are those of `GET /v1/shipments`. */
export const findParcels = tool({
  name: 'find_parcels',
  title: 'Find parcels',
  description:
    'Finds parcels of this merchant by order, tracking number, text, status or carrier. Newest change first. Start here when you know an order id but no tracking number.',
  input: z.strictObject({
    order_id: word(128, 'The shop’s order id, exactly: `1001`.').optional(),
    tracking_number: word(128, 'In any spelling.').optional(),
    text: word(
      128,
      'The beginning of a tracking number, order id or tag, or of a recipient’s name or email address.',
    ).optional(),
    status: z.array(z.enum(STATUSES)).min(1).max(5).optional().describe('Any of these.'),
    carrier: word(64, 'The name of the carrier, as parcels have it.').optional(),
    updated_after: z.iso.datetime({ offset: true }).optional(),
    limit: rows,
    cursor,
  }),
  scope: 'shipments:read',
  async run({ key, run }, { text, status, ...filter }) {
    if (text !== undefined && !key.seesPeople) {
      throw new Problem('forbidden', 'agents.noSearchForPeople', { fix: 'agents.searchByNumber' });
    }
    const query = { ...filter, q: text, status: status?.join(','), sort: '-updated_at' };
    const { data, next_cursor } = await run('listShipments', { query });
    return { parcels: listOf(data).map(parcelRow), next_cursor };
  },
});

/** One parcel with its events. */
export const getParcel = tool({
  name: 'get_parcel',
  title: 'Get a parcel',
  description:
    'One parcel: status, expected delivery, events (newest first), and the recipient if this connection may see people.',
  input: z.strictObject(PARCEL),
  scope: 'shipments:read',
  async run(call, named) {
    const shipment = await shipmentOf(call, await parcelId(call, named));
    return {
      parcel: {
        ...parcelRow(shipment),
        ...pick(shipment, 'created_at', 'weight_g'),
        ...quotedMembers('merchant', shipment, 'service_level', 'tags'),
        // Shops keep notes there, in which recipients are named.
        ...(call.key.seesPeople ? quotedMembers('merchant', shipment, 'metadata') : {}),
        ...peopleOf(call, shipment),
      },
      related_parcels: listOf(shipment['links']).map((link) =>
        pick(link, 'kind', 'tracking_number', 'status'),
      ),
      events: eventsOf(shipment),
    };
  },
});

/** Why a parcel has its status, and what happens next. */
export const explainStatus = tool({
  name: 'explain_status',
  title: 'Explain a status',
  description:
    'Why a parcel has its status: the last events, which reports decided and by which rule, open problems, when the carrier is asked next.',
  input: z.strictObject(PARCEL),
  scope: 'shipments:read',
  async run(call, named) {
    const id = await parcelId(call, named);
    const [shipment, why, cases] = await Promise.all([
      shipmentOf(call, id),
      call.run('explainShipment', { params: { id } }),
      openCasesOf(call, id),
    ]);
    const polling = objectOf(why['polling']);
    return {
      parcel: parcelRow(shipment),
      decided_by: why['steering'],
      latest_events: eventsOf(shipment).slice(0, 5),
      open_exceptions: cases,
      reports: listOf(why['facts'])
        .slice(-EVENTS_MAX)
        .reverse()
        .map((fact) => ({
          ...pick(fact, 'verdict', 'rule', 'shown'),
          ...quotedMembers('carrier', fact, 'codes'),
        })),
      questions_to_carrier:
        polling && pick(polling, 'next_poll_at', 'why', 'last_polled_at', 'known_to_carrier'),
    };
  },
});

/** Where a parcel begins or ends, as holidays need it. */
const place = z.strictObject({
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .describe('ISO 3166: `DE`.'),
  region: word(64, 'ISO 3166-2 without the country.').optional(),
  postal_code: word(16, 'Postal code.').optional(),
});

const serviceLevel = word(64, 'Such as `standard`.');

/** When a parcel arrives, or when one would if it were sent now. */
export const estimateDelivery = tool({
  name: 'estimate_delivery',
  title: 'Estimate a delivery date',
  description:
    'For a parcel: the expected delivery, how sure it is, and the reasons. Without a parcel: when one would arrive between two places (`origin`, `destination`, `service_levels`).',
  input: z.strictObject({
    ...PARCEL,
    origin: place.optional(),
    destination: place.optional(),
    service_levels: z.array(serviceLevel).min(1).max(5).optional(),
  }),
  scope: 'shipments:read',
  async run(call, { origin, destination, service_levels, ...named }) {
    if (origin !== undefined && destination !== undefined) {
      const body = { origin, destination, service_levels: service_levels ?? ['standard'] };
      const { carrier } = named;
      const promised = await call.run('promiseDeliveryDates', { body: { ...body, carrier } });
      return { ship_at: promised['ship_at'], dates: listOf(promised['data']) };
    }
    const id = await parcelId(call, named);
    const shipment = await shipmentOf(call, id);
    const prediction = await unlessMissing(call.run('explainDeliveryDate', { params: { id } }));
    return {
      parcel: parcelRow(shipment),
      prediction: prediction && {
        ...pick(prediction, ...DATE_MEMBERS, 'late', 'at_risk', 'miss_probability'),
      },
      reasons: listOf(prediction?.['reasons']).map(({ text }) => text),
    };
  },
});

async function shipmentOf({ run }: ToolCall, id: string): Promise<Json> {
  return run('getShipment', { params: { id } });
}

/** Newest first. */
function eventsOf(shipment: Json): readonly Json[] {
  return listOf(shipment['events']).slice(-EVENTS_MAX).reverse().map(eventRow);
}

/** Null: this key may not see exceptions, or the hub has none. */
async function openCasesOf({ key, run }: ToolCall, id: string): Promise<readonly Json[] | null> {
  if (!mayUse(key, { scope: 'exceptions:read' })) return null;
  const query = { shipment_id: id, state: 'open', limit: 5 };
  return listOf((await run('listExceptions', { query }))['data']).map(caseRow);
}

/** A problem of a parcel, in a list. */
export function caseRow(found: Json): Json {
  return {
    parcel_id: found['shipment_id'],
    ...pick(found, 'id', 'kind', 'reason', 'state', 'waiting_for', 'outcome', 'attempts'),
    ...pick(found, 'opened_at', 'deadline_at', 'overdue', 'carrier', 'tracking_number'),
    ...quotedMembers('merchant', found, 'owner', 'lane'),
    ...quotedMembers('carrier', found, 'facility'),
  };
}

async function unlessMissing(answer: Promise<Json>): Promise<Json | null> {
  return answer.catch((error) => {
    if (error instanceof Problem && error.code === 'not_found') return null;
    throw error;
  });
}
