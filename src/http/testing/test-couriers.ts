import type { Registry } from '../../adapters/index.ts';
import { createDriverStreams } from '../../fleet/api/driver/driver-streams.ts';
import {
  type CourierMachines,
  createCourierSettings,
  createCouriers,
  createCourierWatch,
  createDepotOf,
  createDevicePushes,
  createDevices,
  createWork,
} from '../../fleet/couriers/index.ts';
import {
  isDelivery,
  offersForCourier,
  type PlacesOf,
  type ViewDeps,
} from '../../fleet/deliveries/index.ts';
import { recognitionKey, type ScanIntake } from '../../intake/index.ts';
import { NO_POSTAL_CODES } from '../../kernel/places/postal-codes.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { installationVapidKeys } from '../../platform/web-push/push-request.ts';
import { systemTimers } from '../../platform/work/timers.ts';
import { courierParcels, createFindRecorded } from '../../tracking/ports/running.ts';
import type { TrackingDeps } from '../../tracking/ports/shipments.ts';

/** Couriers, as the composition root creates them. */
export function testCouriers(parts: {
  readonly machines: Omit<CourierMachines, 'recognition' | 'db'> & { readonly db: Database };
  readonly adapters: Registry;
  readonly tracking: TrackingDeps;
  readonly intake: ScanIntake;
  readonly listener: Pick<Listener, 'on'>;
  readonly log: Logger;
  /** Absent: no positions of couriers. */
  readonly placesOf?: PlacesOf;
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
    parcels: courierParcels(tracking, own, (tenant, id) => isDelivery(machines, tenant, id)),
    scans: intake,
    scanIdentity: (scan) => scans.identity(scan),
    recorded: createFindRecorded(machines.db, 60_000),
  });
  const devices = createDevices(machines);
  const settings = createCourierSettings(machines);
  const depotOf = createDepotOf(machines.db, ownCarrier);
  const couriers = createCouriers(machines);
  const pushes = createDevicePushes(machines);
  const vapid = installationVapidKeys(
    { ...machines, db: machines.db.pipeline },
    () => 'mailto:ops@hub.example',
  );
  const placesOf: PlacesOf = parts.placesOf ?? (async () => new Map());
  const deliveries: ViewDeps = {
    ...machines,
    tracking,
    ownCarrier,
    placesOf,
    couriers,
    mint: () => scans.mint(machines.randomBytes),
    geocoder: null,
    postalCodes: NO_POSTAL_CODES,
  };
  const watch = createCourierWatch({
    route: (tenant, courierId) => work.route(tenant, courierId),
    offers: (tenant, courierId) => offersForCourier(deliveries, tenant, courierId),
    states: (ids) => devices.states(ids),
    listener: parts.listener,
    log: parts.log,
    timers: systemTimers,
  });
  const streams = createDriverStreams({ watch, timers: systemTimers, clock: machines.clock });
  const known = { couriers, devices, work, settings, depotOf, pushes, vapid };
  return { ...known, streams, ownCarrier, deliveries };
}
