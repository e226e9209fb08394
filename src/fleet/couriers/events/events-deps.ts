import type { NamedScan, ScanIntake } from '../../../intake/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { EnvelopeSealer } from '../../../platform/sealing/sealing.ts';
import type { CourierMachines } from '../deps.ts';
import type { Driver } from '../devices/devices.ts';
import type { Parcels } from '../parcel-info.ts';

/** What event handling needs besides the infrastructure. */
export interface EventsDeps extends CourierMachines {
  readonly sealer: EnvelopeSealer;
  readonly parcels: Parcels;
  /** Accepts scans; they are interpreted downstream. */
  readonly scans: Pick<ScanIntake, 'take'>;
  /** The carrier of own parcels, and how its scans are identified. */
  readonly ownCarrier: string;
  readonly scanIdentity: (scan: {
    readonly code: string;
    readonly scannedAt: string;
    readonly facilityCode: string;
    readonly piece: string;
  }) => readonly string[];
  /** Returns those of these scans that are already recorded. */
  readonly recorded: (
    tenant: Tenant,
    scans: readonly NamedScan[],
  ) => Promise<ReadonlySet<NamedScan>>;
}

/** Who sent the events, and when by our clock. */
export interface Sending {
  readonly driver: Driver;
  readonly nowMs: number;
  /** How many ms to subtract from the device's times. */
  readonly correctionMs: number;
}
