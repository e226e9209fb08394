import type { CarrierAdapter, ScanDesk } from '../adapters/contract/contract.ts';
import type { Registry } from '../adapters/index.ts';
import {
  createScanIntake,
  createScanners,
  type FacilitiesInMemory,
  type Inbox,
  type ScanIntake,
  type Scanners,
  scanCounter,
} from '../intake/index.ts';
import type { Machines } from '../platform/machines.ts';
import { createFindRecorded } from '../tracking/index.ts';

type ScanMachines = Pick<
  Machines,
  'database' | 'keyring' | 'clock' | 'random' | 'log' | 'metrics'
> & {
  readonly shutdown: Pick<Machines['shutdown'], 'onStop'>;
};

/** Scans of the merchant's own parcels. */
export interface Scans {
  readonly intake: ScanIntake;
  readonly scanners: Scanners;
  /** The carrier of these parcels. */
  readonly own: OwnAdapter;
}

interface ScanParts {
  readonly registry: Registry;
  readonly adapter: (carrier: string) => CarrierAdapter | null;
  readonly inbox: Pick<Inbox, 'store'>;
  readonly facilities: Pick<FacilitiesInMemory, 'facilityOf'>;
}

/** Builds the intake of scans; null if no installed carrier's parcels are scanned by merchants. */
export function composeScans(
  { database: db, keyring, clock, random, log, metrics, shutdown }: ScanMachines,
  { registry, adapter, inbox, facilities }: ScanParts,
): Scans | null {
  const own = registry.list().find(isScanned);
  if (own === undefined) return null;
  const scanners = createScanners({ db, keyring, clock, randomBytes: random, log });
  shutdown.onStop('figures of scanners', () => scanners.flush());
  const intake = createScanIntake({
    ...{ own, adapter, inbox, scanners, clock },
    facilityOf: facilities.facilityOf,
    recorded: createFindRecorded(db),
    count: scanCounter(metrics),
  });
  return { intake, scanners, own };
}

type OwnAdapter = CarrierAdapter & { readonly scans: ScanDesk };

function isScanned(adapter: CarrierAdapter): adapter is OwnAdapter {
  return adapter.scans !== undefined;
}
