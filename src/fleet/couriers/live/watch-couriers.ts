import type { Listener } from '../../../platform/database/listen.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../../platform/work/loop.ts';
import type { Timers } from '../../../platform/work/timers.ts';
import type { DeviceState, Driver } from '../devices/devices.ts';
import type { CourierRoute } from '../route/route.ts';
import { COURIERS_CHANNEL, OFFERS_CHANNEL } from './announce.sql.ts';

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

export interface CourierWatchOptions<Offer> {
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
/** Couriers processed before yielding to the event loop. */
const COURIERS_MAX = 50;

interface Watcher<Offer> {
  readonly driver: Driver;
  readonly onUpdate: (update: CourierUpdate<Offer>) => void;
}

/** What to read and publish again for a courier. */
interface Changed {
  readonly route: boolean;
  readonly offers: boolean;
}

const ROUTE: Changed = { route: true, offers: false };
const OFFERS: Changed = { route: false, offers: true };
const ALL: Changed = { route: true, offers: true };

export function createCourierWatch<Offer>(
  options: CourierWatchOptions<Offer>,
): CourierWatch<Offer> {
  return new NotifiedWatch(options);
}

class NotifiedWatch<Offer> implements CourierWatch<Offer> {
  readonly #options: CourierWatchOptions<Offer>;
  readonly #watchers = new Map<string, Set<Watcher<Offer>>>();
  readonly #changed = new Map<string, Changed>();
  readonly #notifying: Loop;
  readonly #looking: Loop;
  readonly #unlisten: readonly (() => void)[];

  constructor(options: CourierWatchOptions<Offer>) {
    const { listener, timers, log } = options;
    this.#options = options;
    this.#notifying = startLoop({
      run: () => this.#notify(),
      everyMs: null,
      retryMs: RETRY_AFTER_MS,
      onFailure: (err) => log.warn({ err }, 'phones could not be notified; trying again'),
      timers,
    });
    this.#looking = startLoop({
      run: () => this.#findEnded(),
      everyMs: CHECK_EVERY_MS,
      onFailure: (err) => log.warn({ err }, 'the state of phones was not read'),
      timers,
    });
    const on = (channel: string, what: Changed) =>
      listener.on(channel, (courierId) => {
        // Null: notifications may have been missed.
        const ids = courierId === null ? this.#watchers.keys() : [courierId];
        for (const id of ids) this.#change(id, what);
      });
    this.#unlisten = [on(COURIERS_CHANNEL, ROUTE), on(OFFERS_CHANNEL, OFFERS)];
  }

  watch(driver: Driver, onUpdate: (update: CourierUpdate<Offer>) => void): () => void {
    const { courierId } = driver;
    const watcher = { driver, onUpdate };
    const watchers = this.#watchers.get(courierId) ?? new Set();
    this.#watchers.set(courierId, watchers.add(watcher));
    // Read only now: later commits notify.
    this.#change(courierId, ALL);
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0) this.#watchers.delete(courierId);
    };
  }

  async close(): Promise<void> {
    for (const unlisten of this.#unlisten) unlisten();
    this.#watchers.clear();
    await this.#looking.stop();
    await this.#notifying.stop();
  }

  #change(courierId: string, what: Changed): void {
    if (!this.#watchers.has(courierId)) return;
    this.#note(courierId, what);
    this.#notifying.wake();
  }

  #note(courierId: string, what: Changed): void {
    const before = this.#changed.get(courierId);
    const { route, offers } = what;
    const both = {
      route: route || before?.route === true,
      offers: offers || before?.offers === true,
    };
    this.#changed.set(courierId, both);
  }

  async #notify(): Promise<void> {
    const pending = new Map([...this.#changed].slice(0, COURIERS_MAX));
    const ids = [...pending.keys()];
    for (const id of ids) this.#changed.delete(id);
    const failures: unknown[] = [];
    try {
      await this.#endEnded(ids.flatMap((id) => [...(this.#watchers.get(id) ?? [])]));
      for (const [id, what] of [...pending]) {
        await this.#tell(id, what).then(
          () => pending.delete(id),
          // Later watchers are still notified.
          (error) => failures.push(error),
        );
      }
    } finally {
      const others = this.#changed.size > 0;
      for (const [id, what] of pending) this.#note(id, what);
      if (others) this.#notifying.wake();
    }
    if (failures.length > 0) throw failures[0];
  }

  async #findEnded(): Promise<void> {
    await this.#endEnded([...this.#watchers.values()].flatMap((of) => [...of]));
  }

  async #endEnded(watchers: readonly Watcher<Offer>[]): Promise<void> {
    if (watchers.length === 0) return;
    const ids = new Set(watchers.map(({ driver }) => driver.deviceId));
    const states = await this.#options.states([...ids]);
    for (const { driver, onUpdate } of watchers) {
      const state = states.get(driver.deviceId) ?? { kind: 'unknown' };
      if (state.kind !== 'active') onUpdate({ kind: 'ended', state });
    }
  }

  async #tell(courierId: string, what: Changed): Promise<void> {
    const [first] = this.#watchers.get(courierId) ?? [];
    if (first === undefined) return;
    const { tenant } = first.driver;
    const say = (update: CourierUpdate<Offer>) => {
      for (const { onUpdate } of this.#watchers.get(courierId) ?? []) onUpdate(update);
    };
    if (what.offers) {
      say({ kind: 'offers', offers: await this.#options.offers(tenant, courierId) });
    }
    if (!what.route) return;
    const route = await this.#options.route(tenant, courierId);
    say(route === null ? GONE : { kind: 'route', route });
  }
}

const GONE: CourierUpdate = { kind: 'ended', state: { kind: 'unknown' } };
