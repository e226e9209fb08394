import type { Registry } from '../../adapters/index.ts';
import {
  type CourierMachines,
  createCouriers,
  createDevices,
  createWork,
} from '../../couriers/index.ts';
import { recognitionKey, type ScanIntake } from '../../intake/index.ts';
import type { Database } from '../../platform/database/database.ts';
import { courierParcels, createFindRecorded, type TrackingDeps } from '../../tracking/index.ts';

/** Couriers, as the composition root makes them. */
export function testCouriers(parts: {
  readonly machines: Omit<CourierMachines, 'recognition' | 'db'> & { readonly db: Database };
  readonly adapters: Registry;
  readonly tracking: TrackingDeps;
  readonly intake: ScanIntake;
}) {
  const { tracking, intake } = parts;
  const own = parts.adapters.list().find(({ scans }) => scans !== undefined);
  if (own?.scans === undefined) throw new Error('no carrier of the installation is scanned');
  const { scans } = own;
  const machines = { ...parts.machines, recognition: recognitionKey(parts.machines) };
  const ownCarrier = own.manifest.name;
  const work = createWork({
    ...machines,
    ownCarrier,
    sealer: tracking.sealer,
    parcels: courierParcels(tracking, own),
    scans: intake,
    scanIdentity: (scan) => scans.identity(scan),
    recorded: createFindRecorded(machines.db),
  });
  return { couriers: createCouriers(machines), devices: createDevices(machines), work, ownCarrier };
}
