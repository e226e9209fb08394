import type { NamedScan, ScanIntake } from '../../intake/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import type { CourierMachines } from '../deps.ts';
import type { Driver } from '../devices/devices.ts';
import type { Parcels } from '../parcel-info.ts';

/** What taking events needs besides the machines. */
export interface EventsDeps extends CourierMachines {
  readonly sealer: EnvelopeSealer;
  readonly parcels: Parcels;
  /** Where scans come in; what they mean is found out behind it. */
  readonly scans: Pick<ScanIntake, 'take'>;
  /** The carrier of own parcels, and what its scans are recognized by. */
  readonly ownCarrier: string;
  readonly scanIdentity: (scan: {
    readonly code: string;
    readonly scannedAt: string;
    readonly facilityCode: string;
    readonly piece: string;
  }) => readonly string[];
  /** Which of these scans are recorded already. */
  readonly recorded: (
    tenant: Tenant,
    scans: readonly NamedScan[],
  ) => Promise<ReadonlySet<NamedScan>>;
}

/** Whose events, and when by our clock. */
export interface Sending {
  readonly driver: Driver;
  readonly nowMs: number;
  /** Taken off the device's times. */
  readonly correctionMs: number;
}
