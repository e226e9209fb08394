import type { Listener } from '../../platform/database/listen.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../platform/work/loop.ts';
import type { Timers } from '../../platform/work/timers.ts';
import type { DeviceState, Driver } from '../devices/devices.ts';
import type { CourierRoute } from '../route/route.ts';
import { COURIERS_CHANNEL } from './announce.sql.ts';

/**
 * Notifies phones when the work of their courier changes. Not durable: a phone is given the state as
 * it is when it comes, and every later one. Each process notifies its own phones, woken by NOTIFY, so
 * it does not matter which process changed something.
 */
export interface CourierWatch {
  /** Calls `onUpdate` soon with the courier's work, and then with each change, until ended. */
  watch(driver: Driver, onUpdate: (update: CourierUpdate) => void): () => void;
  close(): Promise<void>;
}

export type CourierUpdate =
  | { readonly kind: 'route'; readonly route: CourierRoute }
  /** The key opens nothing any more. */
  | { readonly kind: 'ended'; readonly state: Exclude<DeviceState, { kind: 'active' }> };

export interface CourierWatchOptions {
  readonly route: (tenant: Driver['tenant'], courierId: string) => Promise<CourierRoute | null>;
  /** How these devices stand, by id. */
  readonly states: (deviceIds: readonly string[]) => Promise<ReadonlyMap<string, DeviceState>>;
  readonly listener: Pick<Listener, 'on'>;
  readonly timers: Timers;
  readonly log: Logger;
}

/** Whether a key was ended is looked up this often, should its notification have been lost. */
const LOOK_EVERY_MS = 20_000;
const RETRY_AFTER_MS = 1_000;
/** Between two looks at the clock others get their turn. */
const COURIERS_MAX = 50;

interface Watcher {
  readonly driver: Driver;
  readonly onUpdate: (update: CourierUpdate) => void;
}

export function createCourierWatch(options: CourierWatchOptions): CourierWatch {
  return new NotifiedWatch(options);
}

class NotifiedWatch implements CourierWatch {
  readonly #options: CourierWatchOptions;
  readonly #watchers = new Map<string, Set<Watcher>>();
  readonly #changed = new Set<string>();
  readonly #notifying: Loop;
  readonly #looking: Loop;
  readonly #unlisten: () => void;

  constructor(options: CourierWatchOptions) {
    const { listener, timers, log } = options;
    this.#options = options;
    this.#notifying = startLoop({
      look: () => this.#notify(),
      everyMs: null,
      retryMs: RETRY_AFTER_MS,
      onFailure: (err) => log.warn({ err }, 'phones could not be notified; trying again'),
      timers,
    });
    this.#looking = startLoop({
      look: () => this.#findEnded(),
      everyMs: LOOK_EVERY_MS,
      onFailure: (err) => log.warn({ err }, 'the state of phones was not read'),
      timers,
    });
    this.#unlisten = listener.on(COURIERS_CHANNEL, (courierId) => {
      // Null: something may have been missed.
      for (const id of courierId === null ? this.#watchers.keys() : [courierId]) this.#change(id);
    });
  }

  watch(driver: Driver, onUpdate: (update: CourierUpdate) => void): () => void {
    const { courierId } = driver;
    const watcher = { driver, onUpdate };
    const watchers = this.#watchers.get(courierId) ?? new Set();
    this.#watchers.set(courierId, watchers.add(watcher));
    // Read only now: whatever is committed later is notified of.
    this.#change(courierId);
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0) this.#watchers.delete(courierId);
    };
  }

  async close(): Promise<void> {
    this.#unlisten();
    this.#watchers.clear();
    await this.#looking.stop();
    await this.#notifying.stop();
  }

  #change(courierId: string): void {
    if (!this.#watchers.has(courierId)) return;
    this.#changed.add(courierId);
    this.#notifying.wake();
  }

  async #notify(): Promise<void> {
    const ids = [...this.#changed].slice(0, COURIERS_MAX);
    for (const id of ids) this.#changed.delete(id);
    const untold = new Set(ids);
    const failures: unknown[] = [];
    try {
      await this.#endEnded(ids.flatMap((id) => [...(this.#watchers.get(id) ?? [])]));
      for (const id of ids) {
        await this.#tellRoute(id).then(
          () => untold.delete(id),
          // The others behind it are told all the same.
          (error) => failures.push(error),
        );
      }
    } finally {
      const others = this.#changed.size > 0;
      for (const id of untold) this.#changed.add(id);
      if (others) this.#notifying.wake();
    }
    if (failures.length > 0) throw failures[0];
  }

  async #findEnded(): Promise<void> {
    await this.#endEnded([...this.#watchers.values()].flatMap((of) => [...of]));
  }

  async #endEnded(watchers: readonly Watcher[]): Promise<void> {
    if (watchers.length === 0) return;
    const ids = new Set(watchers.map(({ driver }) => driver.deviceId));
    const states = await this.#options.states([...ids]);
    for (const { driver, onUpdate } of watchers) {
      const state = states.get(driver.deviceId) ?? { kind: 'unknown' };
      if (state.kind !== 'active') onUpdate({ kind: 'ended', state });
    }
  }

  async #tellRoute(courierId: string): Promise<void> {
    const [first] = this.#watchers.get(courierId) ?? [];
    if (first === undefined) return;
    const route = await this.#options.route(first.driver.tenant, courierId);
    for (const { onUpdate } of this.#watchers.get(courierId) ?? []) {
      onUpdate(route === null ? GONE : { kind: 'route', route });
    }
  }
}

const GONE: CourierUpdate = { kind: 'ended', state: { kind: 'unknown' } };
