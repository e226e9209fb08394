import type { Registry } from '../../adapters/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { ApiKeysDeps } from '../../merchants/index.ts';
import type { Machines } from '../../platform/machines.ts';
import type { ExceptionsDeps, OwnCouriers } from '../../reactions/exceptions/index.ts';
import { consumeForCouriers } from '../couriers/index.ts';
import { custodyTrouble } from '../deliveries/index.ts';
import { hireSandboxCouriers } from '../sandbox-couriers/start.ts';
import type { Foundation, HubAround } from './around.ts';
import { startWorkingOutArrivals } from './arrivals.ts';
import { composeCouriers } from './couriers.ts';
import { startDeliveries } from './deliveries.ts';
import { startNoticingDepots } from './depots.ts';
import { startLookingUpPlaces } from './places.ts';
import { type ServingFleet, serveFleet } from './serve.ts';
import { startNoticingSilence } from './silence.ts';

/** The merchant's own couriers in one process of the hub. */
export interface Fleet {
  /** Own couriers' answers to recipients' delivery requests. */
  readonly requests: OwnCouriers;
  /** Parcels that couriers hold unexpectedly, for cases. */
  readonly custodyTrouble: NonNullable<ExceptionsDeps['custodyTrouble']>;
  /**
   * Starts the consumers of the log.
   * @param givesWay whether somebody waits for a courier, so that background work should pause
   */
  startReactions(parts: HubAround, givesWay: () => boolean): Promise<void>;
  /**
   * Starts taking deliveries into custody and searching couriers for them. `isRush` says whether
   * somebody waits for a courier.
   */
  startDispatch(parts: HubAround): Promise<{ readonly isRush: boolean }>;
  /** Opens the parts that serve requests. */
  serve(
    parts: HubAround,
    base: { readonly keys: ApiKeysDeps; readonly registry: Registry },
  ): Promise<ServingFleet>;
  /** Creates the sandbox's couriers of a new installation. */
  hire(tenant: Tenant): Promise<void>;
}

/** Opens the merchant's own couriers in one process of the hub. */
export function openFleet(machines: Machines, foundation: Foundation): Fleet {
  const couriers = composeCouriers(machines, foundation);
  const { ownCarrier, work } = couriers;
  return {
    requests: {
      carrier: ownCarrier,
      reschedule: (tenant, wanted) => work.reschedule(tenant, wanted),
    },
    custodyTrouble,
    async startReactions(parts, givesWay) {
      startLookingUpPlaces(machines, parts, couriers, givesWay);
      await startWorkingOutArrivals(machines, parts.predicting);
      startNoticingSilence(machines, parts.exceptions);
      startNoticingDepots(machines, couriers);
    },
    async startDispatch(parts) {
      const { database: db, clock, random: randomBytes, listener, log, shutdown } = machines;
      const custody = consumeForCouriers({ db, clock, randomBytes, listener, ownCarrier, log });
      shutdown.onStop('couriers', () => custody.stop());
      return startDeliveries(machines, parts, couriers);
    },
    serve: (parts, base) => serveFleet(machines, parts, couriers, base),
    hire: (tenant) => hireSandboxCouriers(couriers, tenant),
  };
}
