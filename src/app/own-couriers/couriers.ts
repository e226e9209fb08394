import {
  type Couriers,
  type CourierWatch,
  createCouriers,
  createCourierWatch,
  createDevices,
  createWork,
  type Devices,
  type Work,
} from '../../couriers/index.ts';
import { recognitionKey, type ScanIntake } from '../../intake/index.ts';
import type { Machines } from '../../platform/machines.ts';
import { systemTimers } from '../../platform/work/timers.ts';
import { courierParcels, createFindRecorded, type TrackingDeps } from '../../tracking/index.ts';
import type { OwnAdapter } from './scans.ts';

/** What a process knows of couriers. */
export interface CourierParts {
  readonly couriers: Couriers;
  readonly devices: Devices;
  readonly work: Work;
  /** Notifies phones that listen; to be closed with whatever serves them. */
  readonly openWatch: () => CourierWatch;
  /** The carrier whose parcels they bring. */
  readonly ownCarrier: string;
  /** What addresses are recognized by. */
  readonly recognition: () => Promise<Uint8Array>;
}

/** Couriers, their phones and their parcels. */
export function composeCouriers(
  {
    database: db,
    keyring,
    clock,
    random: randomBytes,
    listener,
    log,
  }: Pick<Machines, 'database' | 'keyring' | 'clock' | 'random' | 'listener' | 'log'>,
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
  const devices = createDevices(machines);
  const openWatch = () =>
    createCourierWatch({
      route: (tenant, courierId) => work.route(tenant, courierId),
      states: (ids) => devices.states(ids),
      ...{ listener, log, timers: systemTimers },
    });
  return { couriers: createCouriers(machines), devices, work, openWatch, ownCarrier, recognition };
}
