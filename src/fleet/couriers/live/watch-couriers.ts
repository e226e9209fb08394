import type { Listener } from '../../../platform/database/listen.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { startLoop } from '../../../platform/work/loop.ts';
import type { Timers } from '../../../platform/work/timers.ts';
import { createTopicHub, type TopicHub } from '../../../platform/work/topic-hub.ts';
import type { DeviceState, Driver } from '../devices/devices.ts';
import { COURIERS_CHANNEL, OFFERS_CHANNEL } from '../route/notices.sql.ts';
import type { CourierRoute } from '../route/route.ts';

/**
 * Notifies phones when the work of their courier changes. Not durable: a phone receives the
 * current state when it connects, and every later one. Each process notifies its own phones, woken
 * by NOTIFY, so it does not matter which process made the change.
 */
export interface CourierWatch<Offer = never> {
  /**
   * Calls `onUpdate` soon with the courier's work and offers, and then on each change, until
   * stopped.
   */
  watch(driver: Driver, onUpdate: (update: CourierUpdate<Offer>) => void): () => void;
  close(): Promise<void>;
}

export type CourierUpdate<Offer = never> =
  | { readonly kind: 'route'; readonly route: CourierRoute }
  /** The offers open to the courier now; may be empty. */
  | { readonly kind: 'offers'; readonly offers: readonly Offer[] }
  /** The device's key is no longer valid. */
  | { readonly kind: 'ended'; readonly state: Exclude<DeviceState, { kind: 'active' }> };

interface CourierWatchOptions<Offer> {
  readonly route: (tenant: Driver['tenant'], courierId: string) => Promise<CourierRoute | null>;
  readonly offers: (tenant: Driver['tenant'], courierId: string) => Promise<readonly Offer[]>;
  /** Device states by id. */
  readonly states: (deviceIds: readonly string[]) => Promise<ReadonlyMap<string, DeviceState>>;
  readonly listener: Pick<Listener, 'on'>;
  readonly timers: Timers;
  readonly log: Logger;
}

/** How often to check for revoked keys, in case a notification was lost. */
const CHECK_EVERY_MS = 20_000;
const RETRY_AFTER_MS = 1_000;
/** Devices processed before yielding to the event loop. */
const DEVICES_MAX = 50;

type Publish<Offer> = (deviceId: string, update: CourierUpdate<Offer>) => void;

/** Creates the watch that notifies the phones connected to this process. */
export function createCourierWatch<Offer>(
  options: CourierWatchOptions<Offer>,
): CourierWatch<Offer> {
  const { listener, timers, log } = options;
  /** The watching devices of each courier. */
  const devicesOf = new Map<string, Set<string>>();

  /** Creates a hub that publishes what `readUpdate` returns to the devices of each courier. */
  function hubOf(
    readUpdate: (driver: Driver) => Promise<CourierUpdate<Offer>>,
    open?: (driver: Driver) => () => void,
  ): TopicHub<Driver, CourierUpdate<Offer>> {
    return createTopicHub({
      keyOf: ({ deviceId }: Driver) => deviceId,
      async read(drivers, publish) {
        await publishEnded(options, [...drivers.keys()], publish);
        await publishEach([...drivers.values()], readUpdate, publish);
      },
      ...(open && { open }),
      topicsMax: DEVICES_MAX,
      retryMs: RETRY_AFTER_MS,
      onFailure: (err) => log.warn({ err }, 'phones could not be notified; trying again'),
      timers,
    });
  }
  const routes = hubOf(
    async ({ tenant, courierId }) => {
      const route = await options.route(tenant, courierId);
      return route === null ? GONE : { kind: 'route', route };
    },
    ({ courierId, deviceId }) => {
      const devices = devicesOf.get(courierId) ?? new Set();
      devicesOf.set(courierId, devices.add(deviceId));
      return () => {
        if (devices.delete(deviceId) && devices.size === 0) devicesOf.delete(courierId);
      };
    },
  );
  const offers = hubOf(async ({ tenant, courierId }) => ({
    kind: 'offers',
    offers: await options.offers(tenant, courierId),
  }));
  const checking = startLoop({
    run: () =>
      publishEnded(
        options,
        [...devicesOf.values()].flatMap((of) => [...of]),
        routes.publish,
      ),
    everyMs: CHECK_EVERY_MS,
    onFailure: (err) => log.warn({ err }, 'the state of phones was not read'),
    timers,
  });
  const on = (channel: string, hub: typeof routes) =>
    listener.on(channel, (courierId) =>
      hub.changed(courierId === null ? null : (devicesOf.get(courierId) ?? [])),
    );
  const unlisten = [on(COURIERS_CHANNEL, routes), on(OFFERS_CHANNEL, offers)];
  return {
    watch(driver, onUpdate) {
      const ends = [routes, offers].map((hub) => hub.watch(driver, onUpdate));
      return () => {
        for (const end of ends) end();
      };
    },
    async close() {
      for (const end of unlisten) end();
      await checking.stop();
      await routes.stop();
      await offers.stop();
    },
  };
}

const GONE = { kind: 'ended', state: { kind: 'unknown' } } as const;

/** Publishes the end of devices whose key is no longer valid. */
async function publishEnded<Offer>(
  { states }: Pick<CourierWatchOptions<Offer>, 'states'>,
  deviceIds: readonly string[],
  publish: Publish<Offer>,
): Promise<void> {
  if (deviceIds.length === 0) return;
  const found = await states(deviceIds);
  for (const id of deviceIds) {
    const state = found.get(id) ?? GONE.state;
    if (state.kind !== 'active') publish(id, { kind: 'ended', state });
  }
}

/**
 * Publishes the work of the devices' couriers, read once for each courier. If a read fails, the
 * others are still published; then it throws.
 */
async function publishEach<Offer>(
  drivers: readonly Driver[],
  readUpdate: (driver: Driver) => Promise<CourierUpdate<Offer>>,
  publish: Publish<Offer>,
): Promise<void> {
  const failures: unknown[] = [];
  const byCourier = new Map(drivers.map((driver) => [driver.courierId, driver]));
  for (const [courierId, driver] of byCourier) {
    await readUpdate(driver).then(
      (update) => {
        for (const each of drivers)
          if (each.courierId === courierId) publish(each.deviceId, update);
      },
      (error) => failures.push(error),
    );
  }
  if (failures.length > 0) throw failures[0];
}
