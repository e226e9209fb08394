import type { RedirectOption } from '../../../adapters/contract/extras.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { CarrierPort } from './carrier-port.ts';

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
  ...{ dates: null, reasons: null, charge: null },
  needsContact: false,
  takesInstructions: true,
};

/** The carriers' port, extended by own couriers, who receive orders instead of requests. */
export function withOwnCouriers(carriers: CarrierPort | null, own: OwnCouriers): CarrierPort {
  const nobody = { outcome: 'not_offered' } as const;
  return {
    pickupPoints: async (tenant, carrier, query) =>
      carriers === null ? nobody : carriers.pickupPoints(tenant, carrier, query),
    async redirectOptions(tenant, carrier, trackingNumber) {
      if (carrier === own.carrier) {
        return { outcome: 'asked', value: { outcome: 'options', options: [ANOTHER_DAY] } };
      }
      return carriers === null ? nobody : carriers.redirectOptions(tenant, carrier, trackingNumber);
    },
    async redirect(tenant, carrier, request) {
      if (carrier !== own.carrier) {
        return carriers === null ? nobody : carriers.redirect(tenant, carrier, request);
      }
      const { trackingNumber, to, instructions } = request;
      if (to.kind !== 'reschedule') {
        const reason = 'Own couriers come on another day; anything else a person arranges.';
        return { outcome: 'asked', value: { outcome: 'not_offered', reason } };
      }
      await own.reschedule(tenant, { trackingNumber, date: to.date, instructions });
      return { outcome: 'asked', value: { outcome: 'accepted', reference: null } };
    },
  };
}
