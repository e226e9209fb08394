import { z } from 'zod';
import { STATUSES } from '../kernel/status.ts';
import { instant, instantOrNull, timeZoneOrNull } from '../kernel/time/time-kinds.ts';
import { estimatedDelivery } from './estimate-view.ts';
import { attributeViews } from './shipment-attributes.ts';

const textOrNull = z.string().nullable();

export const modeView = z.enum(['live', 'test']).meta({ id: 'Mode' });
export const statusView = z.enum(STATUSES).meta({ id: 'Status' });

/**
 * A shipment in every output, without personal data: in the event log, the API, webhooks,
 * docs/openapi.json and the typed client. Snake case. A member added here is missing in older log
 * entries.
 */
export const shipmentMembers = {
  id: z.uuid(),
  carrier: z.string(),
  tracking_number: z.string().meta({ description: "In the carrier's spelling." }),
  tracking_url: z.string().meta({
    description: 'Its tracking page, for anyone who has the number; in an event, as it was then.',
    example: 'https://track.example.com/track/carrier-id/9400111202555842332607',
  }),
  mode: modeView,
  status: statusView,
  sub_status: textOrNull.meta({ description: 'The sub-status, from an open list.' }),
  confirmed: z.boolean().meta({
    description: 'False while only a source that can be forged has reported it.',
  }),
  estimated_delivery: estimatedDelivery.nullable().meta({
    description:
      'Also null if the estimated day has passed and there is no newer one, and once the parcel cannot arrive any more: it has ended, goes back, waits to be collected, or is lost, damaged or undeliverable.',
  }),
  delivered_at: instantOrNull.meta({
    description: 'Null unless `status` is `delivered`.',
  }),
  last_event_at: instantOrNull,
  time_zone: timeZoneOrNull.meta({
    description:
      'IANA zone of the destination, if country and postal code identify it; otherwise of the newest event (`Etc/GMT+5` if only its offset, five hours behind UTC, is known).',
  }),
  expired: z.boolean().meta({
    description: 'There was no update for so long that polling stopped. Any update ends this.',
  }),
  pieces: z.strictObject({ total: z.int(), delivered: z.int() }).meta({ id: 'Pieces' }).nullable(),
  order_id: z.string().nullable().meta({ description: 'The first of `order_ids`.' }),
  ...attributeViews,
  created_at: instant,
  updated_at: instant,
};

export const shipment = z.strictObject(shipmentMembers).meta({ id: 'Shipment' });

type Shipment = z.output<typeof shipment>;

/** The type of `shipment`, read-only. */
export type ShipmentView = {
  readonly [Member in keyof Shipment]: Shipment[Member] extends readonly (infer Item)[]
    ? readonly Item[]
    : Readonly<Shipment[Member]>;
};
