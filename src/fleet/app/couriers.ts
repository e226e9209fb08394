import { recognitionKey } from '../../intake/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { openCopyIn, withTenant } from '../../platform/database/database.ts';
import { type Machines, sharedRedis } from '../../platform/machines.ts';
import { installationName } from '../../platform/sealing/key-canary.sql.ts';
import {
  installationVapidKeys,
  type VapidKeys,
  vapidSubject,
} from '../../platform/web-push/push-request.ts';
import { systemTimers } from '../../platform/work/timers.ts';
import { courierParcels, createFindRecorded } from '../../tracking/ports/running.ts';
import {
  type Couriers,
  type CourierWatch,
  createCourierSettings,
  createCouriers,
  createCourierWatch,
  createDepotOf,
  createDevicePushes,
  createDevices,
  createWork,
  type DepotOf,
  type DevicePushes,
  type Devices,
  oldAfterMs,
  ownCouriers,
  type SettingsOfCouriers,
  shiftsOf,
  type Work,
} from '../couriers/index.ts';
import { type AvailableDelivery, isDelivery } from '../deliveries/index.ts';
import {
  createMemoryPlaces,
  openPositions,
  openRedisPlaces,
  openTrailWriter,
  type Positions,
  publishPositions,
} from '../positions/index.ts';
import type { Foundation } from './around.ts';
import { openPlaceBroadcast } from './place-broadcast.ts';

/** The services around couriers that one process of the hub has. */
export interface CourierParts {
  readonly couriers: Couriers;
  readonly devices: Devices;
  readonly work: Work;
  readonly settings: SettingsOfCouriers;
  readonly depotOf: DepotOf;
  /** Opens the watch that notifies connected phones. The server that uses it closes it. */
  readonly openWatch: (offers: OffersOf) => CourierWatch<AvailableDelivery>;
  /** The carrier of the couriers' parcels. */
  readonly ownCarrier: string;
  /** Returns a random tracking number for a parcel of own couriers. */
  readonly mint: () => string;
  /** Notifies phones of offers while their app is closed. */
  readonly pushes: DevicePushes;
  /** The installation's keys for push services. */
  readonly vapid: () => Promise<VapidKeys>;
  /** The key by which addresses are recognised. */
  readonly recognition: () => Promise<Uint8Array>;
}

/** Finds the deliveries that are offered to a courier. */
type OffersOf = (tenant: Tenant, courierId: string) => Promise<readonly AvailableDelivery[]>;

/** Composes the services for couriers, their phones and their parcels. */
export function composeCouriers(
  {
    database: db,
    keyring,
    clock,
    random: randomBytes,
    listener,
    log,
  }: Pick<Machines, 'database' | 'keyring' | 'clock' | 'random' | 'listener' | 'log'>,
  { tracking, scans: { intake, own }, publicUrl }: Foundation,
): CourierParts {
  const recognition = recognitionKey({ db, keyring, randomBytes });
  const machines = { db, keyring, clock, randomBytes, recognition };
  const ownCarrier = own.manifest.name;
  const work = createWork({
    ...machines,
    ownCarrier,
    sealer: tracking.sealer,
    parcels: courierParcels(tracking, own, (tenant, id) => isDelivery({ db }, tenant, id)),
    scans: intake,
    scanIdentity: (scan) => own.scans.identity(scan),
    recorded: createFindRecorded(db),
  });
  const devices = createDevices(machines);
  const openWatch = (offers: OffersOf) =>
    createCourierWatch({
      offers,
      route: (tenant, courierId) => work.route(tenant, courierId),
      states: (ids) => devices.states(ids),
      listener,
      log,
      timers: systemTimers,
    });
  const settings = createCourierSettings(machines);
  const mint = () => own.scans.mint(randomBytes);
  const couriers = createCouriers(machines);
  const depotOf = createDepotOf(db, ownCarrier);
  const pushes = createDevicePushes(machines);
  const keys = { db: db.pipeline, keyring, randomBytes };
  const vapid = installationVapidKeys(keys, () => vapidSubject(publicUrl()));
  const known = { couriers, devices, work, settings, depotOf, pushes, vapid };
  return { ...known, openWatch, ownCarrier, mint, recognition };
}

/** Opens the couriers' positions in a process that answers requests. */
export async function composePositions(machines: Machines): Promise<Positions> {
  const { database: db, databaseUrl, clock, log, metrics, listener, shutdown, config } = machines;
  const { random: randomBytes } = machines;
  const publisher = await openPublisher(machines);
  // A private Redis is this process's own, and would only be slower.
  const address = sharedRedis(machines);
  const positions = await openPositions({
    db,
    clock,
    log,
    metrics,
    listener,
    broadcast: await openPlaceBroadcast(machines),
    publish: publisher?.publish,
    places:
      address === null
        ? createMemoryPlaces()
        : openRedisPlaces({
            address,
            namespace: await installationName(db.pipeline),
            onError: (err) => log.warn({ err }, 'couriers’ places: no answer from Redis'),
          }),
    trails: openTrailWriter({
      db,
      clock,
      log,
      randomBytes,
      copyIn: openCopyIn(databaseUrl, (err) => log.warn({ err }, 'a connection for COPY was lost')),
    }),
    oldAfterMs: (ids) => oldAfterMs(db.pipeline, ids, clock.nowMs()),
    shiftsOf: (ids) => shiftsOf(db.pipeline, ids),
    ownCouriers: (tenant, ids) => withTenant(db.app, tenant, (tx) => ownCouriers(tx, ids)),
    retentionMs: config.retention.trailsMs,
  });
  shutdown.onStop('positions', async () => {
    await positions.stop();
    await publisher?.stop();
  });
  return positions;
}

/** Publishes positions, if a topic is configured. */
async function openPublisher(machines: Machines) {
  const { kafka } = machines.config;
  if (!kafka?.topics.positions) return null;
  const { openRecordSink } = await import('../../platform/kafka/record-sink.ts');
  return publishPositions(openRecordSink(kafka), kafka.topics.positions, machines);
}

/** Wraps couriers, so that this process's positions learn of a changed shift at once. */
export function notifyingPositions(
  couriers: Couriers,
  positions: Pick<Positions, 'shiftChanged'>,
): Couriers {
  return {
    ...couriers,
    async change(tenant, id, fields, shift) {
      const outcome = await couriers.change(tenant, id, fields, shift);
      if (outcome.kind === 'done') {
        await positions.shiftChanged({ tenant, courierId: id }, outcome.courier.onShift);
      }
      return outcome;
    },
    async remove(tenant, id) {
      const outcome = await couriers.remove(tenant, id);
      if (outcome.kind === 'done') await positions.shiftChanged({ tenant, courierId: id }, false);
      return outcome;
    },
  };
}
