import type { CarrierReport } from '../../../adapters/contract/contract.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { ProofDeps } from '../../../tracking/ports/proofs.ts';
import type { TrackingDeps } from '../../../tracking/ports/shipments.ts';
import type { DeliveriesDeps, ViewDeps } from '../../deliveries/index.ts';
import type { PlaceStore } from '../../positions/index.ts';
import type { Streets } from '../streets.ts';
import type { Town } from './plan-day.ts';

export interface DemoDayDeps {
  readonly deliveries: ViewDeps;
  readonly places: Pick<PlaceStore, 'take'>;
  /** Returns tracking with the clock at that time, whose events are counted and not logged. */
  readonly trackingAt: (atMs: number) => TrackingDeps;
  /** Records invented reports. */
  readonly record: (
    tracking: TrackingDeps,
    tenant: Tenant,
    reports: readonly {
      readonly carrier: string;
      readonly receivedAtMs: number;
      readonly report: CarrierReport;
    }[],
  ) => Promise<void>;
  /** Adds what has happened since the last call to the counts of the analytics. */
  readonly count: () => Promise<void>;
  readonly proofs: Omit<ProofDeps, 'tracking'>;
  readonly town: Town;
  readonly streets: Streets;
  /** Whether to go on; asked before each delivery. */
  readonly mayContinue: () => boolean;
}

/** The same services at another time. */
export function depsAt({ deliveries, trackingAt }: DemoDayDeps, atMs: number): DeliveriesDeps {
  return { ...deliveries, clock: { nowMs: () => atMs }, tracking: trackingAt(atMs) };
}
