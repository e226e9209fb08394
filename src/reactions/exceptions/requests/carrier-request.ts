import type {
  RedirectOption,
  RedirectRequest,
  RedirectTarget,
} from '../../../adapters/contract/extras.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Personal, Shipment } from '../../../tracking/ports/shipments.ts';
import type { CarrierPort } from '../deps.ts';
import type { DeliveryRequest } from './request.ts';

/** The result of asking a carrier for a request. */
export type CarrierTake =
  | { readonly kind: 'accepted'; readonly reference: string | null }
  /** The carrier refuses it for this parcel. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The carrier cannot be asked for this at all: a person at the merchant may handle it. */
  | { readonly kind: 'not_by_carrier' }
  /** Nobody knows whether the carrier received it. */
  | { readonly kind: 'no_answer' }
  /** Nothing was sent; a retry may work. */
  | { readonly kind: 'later'; readonly retryAfterS: number };

/** Most failures last about a minute. */
const RETRY_AFTER_S = 60;

/** Sends a request to the carrier, and reduces the answer to what matters for the request. */
export async function askCarrier(
  carriers: CarrierPort,
  tenant: Tenant,
  { carrier }: Pick<Shipment, 'carrier'>,
  request: RedirectRequest,
): Promise<CarrierTake> {
  const answer = await carriers.redirect(tenant, carrier, request);
  switch (answer.outcome) {
    case 'asked':
      break;
    case 'paused':
      return { kind: 'later', retryAfterS: answer.retryAfterS };
    default:
      return { kind: 'not_by_carrier' };
  }
  const { value } = answer;
  switch (value.outcome) {
    case 'accepted':
      return { kind: 'accepted', reference: value.reference };
    case 'refused':
      return { kind: 'refused', reason: value.reason };
    case 'rate_limited':
    case 'unsent':
      return { kind: 'later', retryAfterS: Math.max(1, value.retryAfterS ?? RETRY_AFTER_S) };
    case 'error':
      return { kind: 'no_answer' };
    default:
      // Not offered, missing input, or rejected credentials.
      return { kind: 'not_by_carrier' };
  }
}

/**
 * The carrier's form of a request; null if it lacks data the carrier needs, such as the rest of an
 * address.
 */
export function requestOf(
  { trackingNumber }: Pick<Shipment, 'trackingNumber'>,
  { recipient, destination }: Personal,
  deliveryRequest: DeliveryRequest,
): RedirectRequest | null {
  const to = toRedirectTarget(deliveryRequest, destination, recipient);
  if (to === null) return null;
  const [name, phone] = [textOf(recipient, 'name'), textOf(recipient, 'phone')];
  return {
    trackingNumber,
    to,
    contact: name && phone ? { name, phone, email: textOf(recipient, 'email') } : null,
    instructions: deliveryRequest.kind === 'reschedule' ? instructionsText(deliveryRequest) : null,
  };
}

/** Whether the carrier would accept this request from anyone who identifies themselves. */
export function isOpenTo(
  options: readonly RedirectOption[],
  kind: RedirectTarget['kind'],
): boolean {
  const option = options.find((each) => each.kind === kind);
  return option !== undefined && option.eligibility !== 'not_eligible';
}

/** Whether the carrier accepts this kind of request for this parcel, as far as it says. */
export function isOffered(
  options: readonly RedirectOption[],
  kind: RedirectTarget['kind'],
  personal: Personal,
): boolean {
  const option = options.find((each) => each.kind === kind);
  if (option === undefined || option.eligibility === 'not_eligible') return false;
  const { recipient } = personal;
  return !option.needsContact || Boolean(textOf(recipient, 'name') && textOf(recipient, 'phone'));
}

/**
 * Returns the target in the carrier's form; null for an address without postal code, name or
 * country.
 */
function toRedirectTarget(
  deliveryRequest: DeliveryRequest,
  destination: Personal['destination'],
  recipient: Personal['recipient'],
): RedirectTarget | null {
  switch (deliveryRequest.kind) {
    case 'reschedule':
      return { kind: 'reschedule', date: deliveryRequest.date };
    case 'pickup_point':
      return { kind: 'pickup_point', pointId: deliveryRequest.point_id };
    case 'hold_at_facility':
      return { kind: 'hold_at_facility' };
    case 'address': {
      const { address } = deliveryRequest;
      const name = address?.name ?? textOf(destination, 'name') ?? textOf(recipient, 'name');
      const country = address?.country ?? textOf(destination, 'country');
      if (!address?.postal_code || !name || !country) return null;
      return {
        kind: 'address',
        address: {
          name,
          lines: [address.company, address.line1, address.line2].filter(
            (each) => each !== undefined,
          ),
          city: address.city,
          region: address.region ?? null,
          postalCode: address.postal_code,
          country,
        },
      };
    }
  }
}

/**
 * Returns the instructions, after the part of the day, for which carriers have no field; null if
 * empty.
 */
function instructionsText({
  window,
  instructions,
}: Extract<DeliveryRequest, { kind: 'reschedule' }>): string | null {
  const part = window === null ? null : `Preferred: ${window}.`;
  return [part, instructions].filter((each) => each !== null).join(' ') || null;
}

function textOf(from: Readonly<Record<string, unknown>> | null, member: string): string | null {
  const value = from?.[member];
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

/** The merchant's own couriers, for recipients' requests. */
export interface OwnCouriers {
  /** The carrier of their parcels. */
  readonly carrier: string;
  /** Removes a parcel from today's route, and notifies the courier who has it. */
  reschedule(
    tenant: Tenant,
    wanted: {
      readonly trackingNumber: string;
      /** `YYYY-MM-DD` at the destination. */
      readonly date: string;
      readonly instructions: string | null;
    },
  ): Promise<unknown>;
}

/** The request that own couriers fulfil at once: delivery on another day. */
const ANOTHER_DAY: RedirectOption = {
  kind: 'reschedule',
  eligibility: 'eligible',
  dates: null,
  reasons: null,
  charge: null,
  needsContact: false,
  takesInstructions: true,
};

/** The carriers' port, extended by own couriers, who receive orders instead of requests. */
export function withOwnCouriers(carriers: CarrierPort | null, couriers: OwnCouriers): CarrierPort {
  const notOffered = { outcome: 'not_offered' } as const;
  return {
    pickupPoints: async (tenant, carrier, query) =>
      carriers === null ? notOffered : carriers.pickupPoints(tenant, carrier, query),
    async redirectOptions(tenant, carrier, trackingNumber) {
      if (carrier === couriers.carrier) {
        return { outcome: 'asked', value: { outcome: 'options', options: [ANOTHER_DAY] } };
      }
      return carriers === null
        ? notOffered
        : carriers.redirectOptions(tenant, carrier, trackingNumber);
    },
    async redirect(tenant, carrier, request) {
      if (carrier !== couriers.carrier) {
        return carriers === null ? notOffered : carriers.redirect(tenant, carrier, request);
      }
      const { trackingNumber, to, instructions } = request;
      if (to.kind !== 'reschedule') {
        const reason = 'Own couriers come on another day; anything else a person arranges.';
        return { outcome: 'asked', value: { outcome: 'not_offered', reason } };
      }
      await couriers.reschedule(tenant, { trackingNumber, date: to.date, instructions });
      return { outcome: 'asked', value: { outcome: 'accepted', reference: null } };
    },
  };
}
