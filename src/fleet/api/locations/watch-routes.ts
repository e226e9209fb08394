import { isDeepStrictEqual } from 'node:util';
import { Problem } from '../../../kernel/errors.ts';
import type { Status } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Listener } from '../../../platform/database/listen.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import type { Timers } from '../../../platform/work/timers.ts';
import { createTopicHub, type TopicHub } from '../../../platform/work/topic-hub.ts';
import { shipmentsByIds } from '../../../tracking/ports/shipments.ts';
import { type Bringer, bringersOf, COURIERS_CHANNEL } from '../../couriers/index.ts';
import type { CourierPlace, PlaceFeed, PlaceUpdates, Positions } from '../../positions/index.ts';
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

interface WatchedWay {
  /** Something about the parcel changed: look it up again. */
  refresh(): void;
  end(): void;
}

interface LiveRoutesDeps extends WaysDeps {
  readonly feed: Pick<PlaceFeed, 'subscribe' | 'settled' | 'watch'>;
  readonly listener: Pick<Listener, 'on'>;
  readonly timers: Timers;
  readonly log: Logger;
}

/** Interval of lookups in case a database notification was lost. */
const CHECK_EVERY_MS = 20_000;
const RETRY_MS = 1_000;
/** Delay before checking whether somebody has taken an unassigned parcel. */
const UNASSIGNED_AFTER_MS = 2_000;
const PARCELS_MAX = 500;
const RETRY_AFTER_S = 2;

/** What is known about a watched parcel. */
interface Watched {
  readonly shipmentId: string;
  withBringer: ParcelWithBringer | null;
  place: CourierPlace | null;
  /** Whether it has been looked up at least once. */
  isKnown: boolean;
}

export function watchRoutes(deps: LiveRoutesDeps): Ways {
  return new FeedWays(deps);
}

class FeedWays implements Ways {
  readonly #deps: LiveRoutesDeps;
  readonly #hub: TopicHub<string, OnTheWay | null>;
  readonly #watched = new Map<string, Watched>();
  readonly #ofCourier = new Map<string, Set<Watched>>();
  readonly #ends: (() => void)[];
  #endWait: (() => void) | null = null;

  constructor(deps: LiveRoutesDeps) {
    this.#deps = deps;
    const { feed, listener, timers, log } = deps;
    this.#hub = createTopicHub<string, OnTheWay | null>({
      keyOf: (shipmentId) => shipmentId,
      open: (shipmentId) => this.#open(shipmentId),
      read: (shipments) => this.#read([...shipments.keys()]),
      isSame: isDeepStrictEqual,
      topicsMax: PARCELS_MAX,
      retryMs: RETRY_MS,
      onFailure: (err) => log.warn({ err }, 'who brings parcels could not be looked up'),
      timers,
    });
    this.#ends = [
      feed.subscribe(
        (updates) => this.#onPlaces(updates),
        () => this.#hub.size > 0,
      ),
      listener.on(COURIERS_CHANNEL, (courierId) => {
        if (courierId === null) this.#hub.changed(null);
        else this.#onCourier(courierId);
      }),
      timers.every(CHECK_EVERY_MS, () => this.#hub.changed(null)),
    ];
  }

  async find(shipmentIds: readonly string[]): Promise<ReadonlyMap<string, OnTheWay>> {
    const withBringer = await findWithBringers(this.#deps, shipmentIds);
    const bringers = [...withBringer.values()].map(({ bringer }) => bringer);
    const places = await placesOfBringers(this.#deps.places, bringers).catch(() => {
      throw new Problem('overloaded', 'couriers.placeSearchUnavailable', {
        retryAfterS: RETRY_AFTER_S,
      });
    });
    return new Map(
      [...withBringer].flatMap(([id, parcel]) => {
        const place = places.get(parcel.bringer.courierId);
        return place === undefined ? [] : [[id, { ...parcel, place }] as const];
      }),
    );
  }

  watch(shipmentId: string, onChange: (way: OnTheWay | null) => void): WatchedWay {
    const end = this.#hub.watch(shipmentId, onChange);
    return { refresh: () => this.#hub.changed([shipmentId]), end };
  }

  async stop(): Promise<void> {
    for (const end of this.#ends) end();
    this.#endWait?.();
    await this.#hub.stop();
  }

  #open(shipmentId: string): () => void {
    const watched = { shipmentId, withBringer: null, place: null, isKnown: false };
    this.#watched.set(shipmentId, watched);
    const endFeed = this.#deps.feed.watch();
    return () => {
      endFeed();
      this.#watched.delete(shipmentId);
      this.#detach(watched);
    };
  }

  /** Something about a courier's work changed: parcels, their order, or the shift. */
  #onCourier(courierId: string): void {
    this.#hub.changed([...(this.#ofCourier.get(courierId) ?? [])].map((each) => each.shipmentId));
    // The courier may have got a parcel that nobody had.
    if (this.#hub.size === 0) return;
    this.#endWait ??= this.#deps.timers.after(UNASSIGNED_AFTER_MS, () => {
      this.#endWait = null;
      const unassigned = [...this.#watched.values()].filter(
        ({ withBringer }) => withBringer === null,
      );
      this.#hub.changed(unassigned.map((each) => each.shipmentId));
    });
  }

  async #read(ids: readonly string[]): Promise<void> {
    // The page may come from another process, which had a newer place.
    if (ids.some((id) => this.#watched.get(id)?.isKnown === false)) await this.#deps.feed.settled();
    const withBringer = await findWithBringers(this.#deps, ids);
    const bringers = [...withBringer.values()].map(({ bringer }) => bringer);
    const places = await placesOfBringers(this.#deps.places, bringers);
    for (const id of ids) {
      const watched = this.#watched.get(id);
      if (watched === undefined) continue;
      const parcel = withBringer.get(id) ?? null;
      const place = parcel === null ? null : (places.get(parcel.bringer.courierId) ?? null);
      this.#assign(watched, parcel, place);
    }
  }

  /** Notes who brings a parcel, and where they were found. */
  #assign(
    watched: Watched,
    withBringer: ParcelWithBringer | null,
    found: CourierPlace | null,
  ): void {
    const isSame = watched.withBringer?.bringer.courierId === withBringer?.bringer.courierId;
    // A place received during the lookup is newer.
    const isNewer =
      isSame && found !== null && (watched.place?.position.atMs ?? 0) > found.position.atMs;
    this.#detach(watched);
    watched.withBringer = withBringer;
    watched.place = isNewer ? watched.place : found;
    watched.isKnown = true;
    if (withBringer !== null) {
      const { courierId } = withBringer.bringer;
      const others = this.#ofCourier.get(courierId) ?? new Set();
      this.#ofCourier.set(courierId, others.add(watched));
    }
    this.#publish(watched);
  }

  #detach(watched: Watched): void {
    const courierId = watched.withBringer?.bringer.courierId;
    const others = courierId === undefined ? undefined : this.#ofCourier.get(courierId);
    if (courierId === undefined || others === undefined) return;
    others.delete(watched);
    if (others.size === 0) this.#ofCourier.delete(courierId);
  }

  #onPlaces({ shown, gone }: PlaceUpdates): void {
    for (const place of shown) {
      for (const watched of this.#ofCourier.get(place.courierId) ?? []) {
        if ((watched.place?.position.atMs ?? 0) >= place.position.atMs) continue;
        watched.place = place;
        this.#publish(watched);
      }
    }
    for (const { courierId } of gone) {
      for (const watched of [...(this.#ofCourier.get(courierId) ?? [])]) {
        this.#assign(watched, null, null);
      }
    }
  }

  #publish({ shipmentId, withBringer, place }: Watched): void {
    this.#hub.publish(
      shipmentId,
      withBringer === null || place === null ? null : { ...withBringer, place },
    );
  }
}

/** A parcel and its courier, wherever the courier is. */
interface ParcelWithBringer {
  readonly shipmentId: string;
  readonly trackingNumber: string;
  readonly status: Status;
  readonly bringer: Bringer;
}

interface WaysDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly keyring: Keyring;
  readonly places: Pick<Positions['places'], 'find'>;
  readonly clock: Clock;
}

/** The given shipments that a courier on shift has, or is to take. */
async function findWithBringers(
  { db: { pipeline: db }, keyring, clock }: Omit<WaysDeps, 'places'>,
  shipmentIds: readonly string[],
): Promise<ReadonlyMap<string, ParcelWithBringer>> {
  const bringers = await bringersOf({ db, keyring }, shipmentIds, clock.nowMs());
  const shipments = await shipmentsByIds(db, [...bringers.keys()]);
  return new Map(
    shipments.flatMap(({ id, trackingNumber, state, merchantId, mode }) => {
      const bringer = bringers.get(id);
      // Only the parcel's own merchant's couriers bring it; nothing else is ever reported.
      if (bringer === undefined || !isOf(bringer.tenant, { merchantId, mode })) return [];
      return [[id, { shipmentId: id, trackingNumber, status: state.status, bringer }] as const];
    }),
  );
}

/** The places of these couriers, by courier. */
async function placesOfBringers(
  places: WaysDeps['places'],
  bringers: readonly Bringer[],
): Promise<ReadonlyMap<string, CourierPlace>> {
  const byTenant = new Map<string, { tenant: Tenant; ids: Set<string> }>();
  for (const { courierId, tenant } of bringers) {
    const key = `${tenant.merchantId} ${tenant.mode}`;
    const known = byTenant.get(key) ?? { tenant, ids: new Set() };
    known.ids.add(courierId);
    byTenant.set(key, known);
  }
  const found = new Map<string, CourierPlace>();
  for (const { tenant, ids } of byTenant.values()) {
    for (const [id, place] of await places.find(tenant, [...ids])) found.set(id, place);
  }
  return found;
}

function isOf(one: Tenant, other: Tenant): boolean {
  return one.merchantId === other.merchantId && one.mode === other.mode;
}
