import {
  type Couriers,
  createCouriers,
  createDevices,
  createWork,
  type Devices,
  type Work,
} from '../../couriers/index.ts';
import { recognitionKey, type ScanIntake } from '../../intake/index.ts';
import type { Machines } from '../../platform/machines.ts';
import { courierParcels, createFindRecorded, type TrackingDeps } from '../../tracking/index.ts';
import type { OwnAdapter } from './scans.ts';

/** What a process knows of couriers. */
export interface CourierParts {
  readonly couriers: Couriers;
  readonly devices: Devices;
  readonly work: Work;
  /** The carrier whose parcels they bring. */
  readonly ownCarrier: string;
}

/** Couriers, their phones and their parcels. */
export function composeCouriers(
  {
    database: db,
    keyring,
    clock,
    random: randomBytes,
  }: Pick<Machines, 'database' | 'keyring' | 'clock' | 'random'>,
  tracking: TrackingDeps,
  { intake, own }: { readonly intake: ScanIntake; readonly own: OwnAdapter },
): CourierParts {
  const recognition = recognitionKey({ db, keyring, randomBytes });
  const machines = { db, keyring, clock, randomBytes, recognition };
  const ownCarrier = own.manifest.name;
  const work = createWork({
    ...machines,
    ownCarrier,
    sealer: tracking.sealer,
    parcels: courierParcels(tracking, own),
    scans: intake,
    scanIdentity: (scan) => own.scans.identity(scan),
    recorded: createFindRecorded(db),
  });
  return { couriers: createCouriers(machines), devices: createDevices(machines), work, ownCarrier };
}
