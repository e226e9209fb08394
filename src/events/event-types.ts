/**
 * The event types of the log, in the past tense: about a shipment, a carrier account, an endpoint, a
 * shop.
 */
export const EVENT_TYPES = [
  'shipment.created',
  'shipment.status_changed',
  'shipment.corrected',
  'shipment.delivered',
  'shipment.delivery_withdrawn',
  'shipment.confirmed',
  'shipment.edd_changed',
  'shipment.tracking_updated',
  'shipment.updated',
  'shipment.expired',
  'shipment.exception_opened',
  'shipment.exception_updated',
  'shipment.exception_resolved',
  'delivery_request.resolved',
  'shipment.delay_predicted',
  'shipment.proof_added',
  'shipment.arriving',
  'shipment.assigned',
  'shipment.unassigned',
  'shipment.unassignable',
  'shipment.deleted',
  'carrier_account.health_changed',
  'carrier_account.push_changed',
  'carrier_account.verification_changed',
  'webhook_endpoint.disabled',
  'shop.disabled',
  'courier.silent',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

type Groups = Readonly<Record<string, readonly EventType[]>>;
/** `unknown` if the groups contain every type; otherwise the types that are missing. */
type Missing<All extends Groups> =
  Exclude<EventType, All[keyof All][number]> extends infer Left
    ? [Left] extends [never]
      ? unknown
      : { readonly missing: Left }
    : never;

/**
 * Groups the event types by how a consumer treats them. Every type belongs to one group, so that
 * the compiler reports a new type in each consumer.
 *
 * @example groupEventTypes({ counted: ['shipment.created'], ignored: ['shipment.updated', …] })
 */
export function groupEventTypes<const All extends Groups>(
  groups: All & Missing<All>,
): Readonly<Record<keyof All, ReadonlySet<string>>> {
  const all = Object.values<readonly string[]>(groups).flat();
  if (all.length > new Set(all).size) throw new Error('an event type is in two groups');
  const sets = Object.entries<readonly string[]>(groups).map(([name, types]) => [
    name,
    new Set(types),
  ]);
  return Object.fromEntries(sets);
}

/**
 * Whether the data of events of this type are a shipment, with the type's own members merged into
 * it.
 */
export function isAboutShipment(type: string): boolean {
  return type.startsWith('shipment.') || type === 'delivery_request.resolved';
}
