import { Problem } from '../../../kernel/errors.ts';
import type { Listener } from '../../../platform/database/listen.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../../platform/work/loop.ts';
import type { Timers } from '../../../platform/work/timers.ts';
import { COURIERS_CHANNEL } from '../../couriers/index.ts';
import type { CourierPlace, PlaceFeed, PlaceUpdates } from '../../positions/index.ts';
import { type BroughtParcel, findBrought, placesOfBringers, type WaysDeps } from './find-ways.ts';
import type { OnTheWay } from './location.ts';

/**
 * Positions of the couriers of watched parcels, as they move. The parcel's courier is looked up
 * when something about a courier changed, and at intervals; positions arrive by themselves.
 */
export interface Ways {
  /** Reads once, without watching; parcels without a courier are left out. */
  find(shipmentIds: readonly string[]): Promise<ReadonlyMap<string, OnTheWay>>;
  /** Calls `onChange` soon with the current state, then on each change; null: nothing is known. */
  watch(shipmentId: string, onChange: (way: OnTheWay | null) => void): WatchedWay;
  stop(): Promise<void>;
}

export interface WatchedWay {
  /** Something about the parcel changed: look it up again. */
  refresh(): void;
  end(): void;
}

export interface LiveRoutesDeps extends WaysDeps {
  readonly feed: Pick<PlaceFeed, 'hear' | 'settled' | 'watch'>;
  readonly listener: Pick<Listener, 'on'>;
  readonly timers: Timers;
  readonly log: Logger;
}

/** Interval of lookups in case a database notification was lost. */
const CHECK_EVERY_MS = 20_000;
const RETRY_MS = 1_000;
/** Delay before checking whether somebody has taken an unassigned parcel. */
const NEW_ROUTE_MS = 2_000;
const AT_ONCE = 500;
const RETRY_AFTER_S = 2;

interface Watched {
  readonly shipmentId: string;
  readonly watchers: Set<(way: OnTheWay | null) => void>;
  brought: BroughtParcel | null;
  place: CourierPlace | null;
  /** Whether it has been looked up at least once. */
  isKnown: boolean;
}

export function watchRoutes(deps: LiveRoutesDeps): Ways {
  return new FeedWays(deps);
}

class FeedWays implements Ways {
  readonly #deps: LiveRoutesDeps;
  readonly #watched = new Map<string, Watched>();
  readonly #ofCourier = new Map<string, Set<Watched>>();
  readonly #due = new Set<string>();
  readonly #loop: Loop;
  readonly #ends: (() => void)[];
  #endWatch: (() => void) | null = null;
  #anyAccepted = false;

  constructor(deps: LiveRoutesDeps) {
    this.#deps = deps;
    const { feed, listener, timers, log } = deps;
    this.#loop = startLoop({
      run: () => this.#check(),
      everyMs: null,
      retryMs: RETRY_MS,
      onFailure: (err) => log.warn({ err }, 'who brings parcels could not be looked up'),
      timers,
    });
    this.#ends = [
      feed.hear(
        (updates) => this.#hear(updates),
        () => this.#watched.size > 0,
      ),
      listener.on(COURIERS_CHANNEL, (courierId) => {
        if (courierId === null) this.#checkAll();
        else this.#changed(courierId);
      }),
      timers.every(CHECK_EVERY_MS, () => this.#checkAll()),
    ];
  }

  async find(shipmentIds: readonly string[]): Promise<ReadonlyMap<string, OnTheWay>> {
    const brought = await findBrought(this.#deps, shipmentIds);
    const bringers = [...brought.values()].map(({ bringer }) => bringer);
    const places = await placesOfBringers(this.#deps.places, bringers).catch(() => {
      throw new Problem('overloaded', 'couriers.placeSearchUnavailable', {
        retryAfterS: RETRY_AFTER_S,
      });
    });
    return new Map(
      [...brought].flatMap(([id, parcel]) => {
        const place = places.get(parcel.bringer.courierId);
        return place === undefined ? [] : [[id, { ...parcel, place }] as const];
      }),
    );
  }

  watch(shipmentId: string, onChange: (way: OnTheWay | null) => void): WatchedWay {
    this.#endWatch ??= this.#deps.feed.watch();
    const watched = this.#watched.get(shipmentId) ?? {
      ...{ shipmentId, watchers: new Set(), brought: null, place: null, isKnown: false },
    };
    this.#watched.set(shipmentId, watched);
    watched.watchers.add(onChange);
    const refresh = () => this.#wake([shipmentId]);
    refresh();
    return {
      refresh,
      end: () => {
        if (!watched.watchers.delete(onChange) || watched.watchers.size > 0) return;
        this.#watched.delete(shipmentId);
        this.#detach(watched);
        if (this.#watched.size > 0) return;
        this.#endWatch?.();
        this.#endWatch = null;
      },
    };
  }

  async stop(): Promise<void> {
    for (const end of this.#ends) end();
    this.#endWatch?.();
    this.#watched.clear();
    await this.#loop.stop();
  }

  #wake(shipmentIds: Iterable<string>): void {
    for (const id of shipmentIds) if (this.#watched.has(id)) this.#due.add(id);
    if (this.#due.size > 0) this.#loop.wake();
  }

  #checkAll(): void {
    this.#wake(this.#watched.keys());
  }

  /** Something about a courier's work changed: parcels, their order, or the shift. */
  #changed(courierId: string): void {
    this.#wake([...(this.#ofCourier.get(courierId) ?? [])].map(({ shipmentId }) => shipmentId));
    // The courier may have got a parcel that nobody had.
    if (this.#watched.size === 0) return;
    this.#anyAccepted = true;
    this.#loop.wake(NEW_ROUTE_MS);
  }

  async #check(): Promise<void> {
    if (this.#anyAccepted) {
      this.#anyAccepted = false;
      for (const { shipmentId, brought } of this.#watched.values()) {
        if (brought === null) this.#due.add(shipmentId);
      }
    }
    const ids = [...this.#due].slice(0, AT_ONCE);
    for (const id of ids) this.#due.delete(id);
    try {
      await this.#nextPassAt(ids);
    } catch (error) {
      for (const id of ids) this.#due.add(id);
      throw error;
    }
    if (this.#due.size > 0) this.#loop.wake();
  }

  async #nextPassAt(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    // The page may come from another process, which had a newer place.
    if (ids.some((id) => this.#watched.get(id)?.isKnown === false)) await this.#deps.feed.settled();
    const brought = await findBrought(this.#deps, ids);
    const bringers = [...brought.values()].map(({ bringer }) => bringer);
    const places = await placesOfBringers(this.#deps.places, bringers);
    for (const id of ids) {
      const watched = this.#watched.get(id);
      if (watched === undefined) continue;
      const parcel = brought.get(id) ?? null;
      const place = parcel === null ? null : (places.get(parcel.bringer.courierId) ?? null);
      this.#settle(watched, parcel, place);
    }
  }

  #settle(watched: Watched, brought: BroughtParcel | null, found: CourierPlace | null): void {
    const isSame = watched.brought?.bringer.courierId === brought?.bringer.courierId;
    // A place received during the lookup is newer.
    const isNewer =
      isSame && found !== null && (watched.place?.position.atMs ?? 0) > found.position.atMs;
    const before = { brought: watched.brought, place: watched.place };
    this.#detach(watched);
    watched.brought = brought;
    watched.place = isNewer ? watched.place : found;
    if (brought !== null) {
      const { courierId } = brought.bringer;
      const others = this.#ofCourier.get(courierId) ?? new Set();
      this.#ofCourier.set(courierId, others.add(watched));
    }
    const hasChanged =
      !watched.isKnown ||
      before.place !== watched.place ||
      JSON.stringify(before.brought) !== JSON.stringify(brought);
    watched.isKnown = true;
    if (hasChanged) tell(watched);
  }

  #detach(watched: Watched): void {
    const courierId = watched.brought?.bringer.courierId;
    const others = courierId === undefined ? undefined : this.#ofCourier.get(courierId);
    if (courierId === undefined || others === undefined) return;
    others.delete(watched);
    if (others.size === 0) this.#ofCourier.delete(courierId);
  }

  #hear({ shown, gone }: PlaceUpdates): void {
    for (const place of shown) {
      for (const watched of this.#ofCourier.get(place.courierId) ?? []) {
        if ((watched.place?.position.atMs ?? 0) >= place.position.atMs) continue;
        watched.place = place;
        tell(watched);
      }
    }
    for (const { courierId } of gone) {
      for (const watched of [...(this.#ofCourier.get(courierId) ?? [])]) {
        this.#settle(watched, null, null);
      }
    }
  }
}

function tell({ brought, place, watchers }: Watched): void {
  const way = brought === null || place === null ? null : { ...brought, place };
  for (const onChange of [...watchers]) onChange(way);
}
