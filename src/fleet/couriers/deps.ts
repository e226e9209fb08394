import type { NamedScan, ScanIntake } from '../../intake/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Clock, RandomBytes } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { EnvelopeSealer, Keyring } from '../../platform/sealing/sealing.ts';
import type { Parcels } from './parcel-info.ts';

/** The infrastructure that all courier code uses. */
export interface CourierMachines {
  readonly db: Pick<Database, 'pipeline' | 'app'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** The key of the hashes by which sealed numbers, codes and addresses are looked up. */
  readonly recognition: () => Promise<Uint8Array>;
}

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
