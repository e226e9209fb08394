import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { Timers } from '../../../platform/work/timers.ts';
import type { CourierPlace, PlaceFeed, PlaceStore, PlaceUpdates } from '../../positions/index.ts';
import { locationForMerchant } from '../locations/location.ts';
import type { Ways } from '../locations/watch-routes.ts';
import { Batch, partText } from './batch.ts';
import { BatchSender, type Session, type TopicEntry, type Watcher } from './batch-sender.ts';
import { Board } from './board.ts';
import {
  type Area,
  AreaTopic,
  PlacesTopic,
  ShipmentTopic,
  type WatchedTopic,
} from './watched-topic.ts';

/** A topic a client watches; a shipment by its id. */
export type WantedTopic =
  | { readonly kind: 'all' }
  | { readonly kind: 'courier'; readonly courierId: string }
  | { readonly kind: 'shipment'; readonly shipmentId: string }
  /** Some couriers while they are in the area; null: everywhere. */
  | {
      readonly kind: 'area';
      readonly courierIds: ReadonlySet<string>;
      readonly area: Area | null;
    };

/** Topics that can also be polled. */
export type PolledTopic = Exclude<WantedTopic, { readonly kind: 'area' }>;

/** One client and its topics. */
export interface Subscription {
  /** @param since number of the last batch the client received of it; null: none. */
  add(name: string, topic: WantedTopic, since: number | null): void;
  remove(name: string): void;
  has(name: string): boolean;
  readonly size: number;
  end(): void;
}

/**
 * Sends every client the changes of its topics: at once, but on average not more than once a
 * second. A client that watches one courier therefore gets each move as it arrives; a client that
 * watches all gets them together.
 */
export interface LiveHub {
  join(tenant: Tenant, watcher: Watcher): Subscription;
  /** A batch with the changes since another one, immediately: for clients that poll. */
  publish(
    tenant: Tenant,
    topics: ReadonlyMap<string, PolledTopic>,
    since: number | null,
  ): Promise<string>;
  stop(): void;
}

interface LiveHubDeps {
  readonly places: Pick<PlaceStore, 'all'>;
  readonly feed: Pick<PlaceFeed, 'subscribe' | 'settled' | 'watch'>;
  readonly ways: Pick<Ways, 'find' | 'watch'>;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Interval for retrying clients that could not be sent to at once. */
const CHECK_MS = 100;
/**
 * Delay before the first batch: a client that subscribes to a lot and is cut off at once costs
 * little.
 */
const SETTLE_MS = 300;
/** Margin for differing clocks of processes and for late messages between them. */
const MARGIN_MS = 5_000;
/** Keeps couriers loaded between the requests of a polling client. */
const BOARD_CACHE_MS = 60_000;
const GONE_RETENTION_MS = 120_000;
const RETRY_MS = 1_000;
/** Tenants whose places are loaded concurrently: an operator's map requests those of many. */
const LOADS_AT_ONCE = 8;
export function createLiveHub(deps: LiveHubDeps): LiveHub {
  return new Hub(deps);
}

/** A tenant's couriers, and the watched topics of them and of its parcels. */
interface Room {
  readonly board: Board;
  readonly topics: Map<string, TopicEntry>;
  /** Area topics, each of one watcher. */
  readonly areas: Set<string>;
  /** Topics with changes for the next batch. */
  readonly changed: Set<string>;
  sessions: number;
  usedAtMs: number;
  loading: Promise<void> | null;
}

class Hub implements LiveHub {
  readonly #deps: LiveHubDeps;
  readonly #rooms = new Map<string, Room>();
  readonly #sender: BatchSender;
  readonly #ends: readonly (() => void)[];
  #seq: number;
  #endWatch: (() => void) | null = null;
  #isWoken = false;
  #loads = 0;
  readonly #waitingLoads: (() => void)[] = [];
  /** Number of area topics created so far. */
  #areas = 0;
  #stopped = false;

  constructor(deps: LiveHubDeps) {
    this.#deps = deps;
    this.#sender = new BatchSender(deps);
    this.#seq = deps.clock.nowMs();
    this.#ends = [
      deps.feed.subscribe(
        (updates) => this.#receive(updates),
        () => this.#rooms.size > 0,
      ),
      deps.timers.every(CHECK_MS, () => this.#tick()),
    ];
  }

  join(tenant: Tenant, watcher: Watcher): Subscription {
    const room = this.#roomOf(tenant);
    const session: Session = {
      watcher,
      watched: new Map(),
      pending: new Set(),
      dueAtMs: Number.POSITIVE_INFINITY,
      hasBegun: false,
    };
    void this.#waitForOthers(session);
    room.sessions += 1;
    let ended = false;
    return {
      add: (name, wanted, since) => {
        if (ended) return;
        this.#removeWatcher(room, session, name);
        const key = this.#addWatcher(room, session, name, wanted);
        session.watched.set(name, { key, delivered: this.#certainlyReceived(since) });
        session.pending.add(name);
        this.#sender.wait(session, room.topics);
      },
      remove: (name) => this.#removeWatcher(room, session, name),
      has: (name) => session.watched.has(name),
      get size() {
        return session.watched.size;
      },
      end: () => {
        if (ended) return;
        ended = true;
        for (const name of [...session.watched.keys()]) this.#removeWatcher(room, session, name);
        this.#sender.forget(session);
        room.sessions -= 1;
        room.usedAtMs = this.#deps.timers.nowMs();
      },
    };
  }

  async publish(
    tenant: Tenant,
    topics: ReadonlyMap<string, PolledTopic>,
    since: number | null,
  ): Promise<string> {
    const { board, loading } = this.#roomOf(tenant);
    await loading;
    // The previous answer may have come from another process.
    await this.#deps.feed.settled();
    const from = this.#certainlyReceived(since);
    const shipmentIds = [...topics.values()].flatMap((each) =>
      each.kind === 'shipment' ? [each.shipmentId] : [],
    );
    const ways = await this.#deps.ways.find(shipmentIds);
    const parts = [...topics].flatMap(([name, topic]) => {
      if (topic.kind === 'shipment') {
        const way = ways.get(topic.shipmentId);
        const json = JSON.stringify(way === undefined ? null : locationForMerchant(way));
        return [partText(name, this.#seq, `"location":${json}`)];
      }
      const part = board.part(from, topic.kind === 'courier' ? topic.courierId : null);
      return part === null ? [] : [partText(name, this.#seq, part)];
    });
    return new Batch(this.#deps.clock.nowMs(), this.#seq, parts).text;
  }

  stop(): void {
    this.#stopped = true;
    for (const end of this.#ends) end();
    this.#endWatch?.();
    this.#sender.stop();
    for (const { topics } of this.#rooms.values()) {
      for (const { topic } of topics.values()) topic.end();
    }
  }

  /**
   * The number of the last batch that the client has certainly received; null: none, or not a
   * number that this hub gave.
   */
  #certainlyReceived(since: number | null): number | null {
    return since === null || since > this.#seq + MARGIN_MS ? null : since - MARGIN_MS;
  }

  /**
   * A client that comes from another process gets nothing until everything it received there is
   * known here.
   */
  async #waitForOthers(session: Session): Promise<void> {
    const { feed, timers, log } = this.#deps;
    await feed
      .settled()
      .catch((err: unknown) => log.warn({ err }, 'updates of other processes were not waited for'));
    session.dueAtMs = timers.nowMs() + SETTLE_MS;
  }

  #roomOf(tenant: Tenant): Room {
    const key = keyOf(tenant);
    const usedAtMs = this.#deps.timers.nowMs();
    const known = this.#rooms.get(key);
    if (known !== undefined) {
      known.usedAtMs = usedAtMs;
      return known;
    }
    const board = new Board();
    const room: Room = {
      board,
      topics: new Map(),
      areas: new Set<string>(),
      changed: new Set<string>(),
      sessions: 0,
      usedAtMs,
      loading: null,
    };
    this.#rooms.set(key, room);
    this.#endWatch ??= this.#deps.feed.watch();
    room.loading = this.#load(tenant, room);
    return room;
  }

  /**
   * Loads a tenant's places; retries until it succeeds. Changes that arrive meanwhile are not lost,
   * because the feed was subscribed before.
   */
  async #load(tenant: Tenant, room: Room): Promise<void> {
    while (!this.#stopped) {
      try {
        const places = await this.#placesOf(tenant);
        room.board.load(places, this.#seq);
        return;
      } catch (err) {
        this.#deps.log.warn({ err }, 'couriers’ places could not be looked up for live screens');
        await new Promise<void>((resolve) => this.#deps.timers.after(RETRY_MS, resolve));
      }
    }
  }

  /** Waits for its turn when many tenants are requested. */
  async #placesOf(tenant: Tenant): Promise<readonly CourierPlace[]> {
    if (this.#loads < LOADS_AT_ONCE) this.#loads += 1;
    else await new Promise<void>((resolve) => this.#waitingLoads.push(resolve));
    try {
      return await this.#deps.places.all(tenant);
    } finally {
      const next = this.#waitingLoads.shift();
      if (next === undefined) this.#loads -= 1;
      else next();
    }
  }

  /** Makes a session watch a topic under a name; returns the topic's key. */
  #addWatcher(room: Room, session: Session, name: string, wanted: WantedTopic): string {
    const key = wanted.kind === 'area' ? this.#areaKey(room) : topicKey(wanted);
    let entry = room.topics.get(key);
    if (entry === undefined) {
      const topic = this.#topicOf(room, key, wanted);
      entry = { topic, watchers: new Map(), shared: null };
      room.topics.set(key, entry);
    }
    const names = entry.watchers.get(session);
    if (names === undefined) entry.watchers.set(session, new Set([name]));
    else names.add(name);
    return key;
  }

  #areaKey({ areas }: Room): string {
    this.#areas += 1;
    const key = `a ${this.#areas}`;
    areas.add(key);
    return key;
  }

  #topicOf(room: Room, key: string, wanted: WantedTopic): WatchedTopic {
    if (wanted.kind === 'all') return new PlacesTopic(room.board, null, this.#seq);
    if (wanted.kind === 'area') {
      return new AreaTopic(room.board, wanted.courierIds, wanted.area, this.#seq);
    }
    if (wanted.kind === 'courier') return new PlacesTopic(room.board, wanted.courierId, this.#seq);
    return new ShipmentTopic(this.#seq, (onChange) => {
      const way = this.#deps.ways.watch(wanted.shipmentId, (found) => {
        onChange(found === null ? null : locationForMerchant(found));
        room.changed.add(key);
      });
      return () => way.end();
    });
  }

  #removeWatcher({ topics, areas }: Room, session: Session, name: string): void {
    const watched = session.watched.get(name);
    if (watched === undefined) return;
    session.watched.delete(name);
    session.pending.delete(name);
    const entry = topics.get(watched.key);
    const names = entry?.watchers.get(session);
    if (entry === undefined || names === undefined) return;
    names.delete(name);
    if (names.size > 0) return;
    entry.watchers.delete(session);
    if (entry.watchers.size > 0) return;
    entry.topic.end();
    topics.delete(watched.key);
    areas.delete(watched.key);
  }

  #receive({ shown, gone }: PlaceUpdates): void {
    if (this.#rooms.size === 0) return;
    for (const place of shown) this.#rooms.get(keyOf(place.tenant))?.board.show(place);
    for (const { tenant, courierId } of gone) {
      this.#rooms.get(keyOf(tenant))?.board.drop(courierId);
    }
    if (this.#isWoken) return;
    this.#isWoken = true;
    setImmediate(() => {
      this.#isWoken = false;
      if (!this.#stopped) this.#tick();
    });
  }

  #tick(): void {
    const { clock, timers } = this.#deps;
    this.#seq = Math.max(this.#seq + 1, clock.nowMs());
    for (const [key, room] of this.#rooms) {
      if (room.sessions === 0 && timers.nowMs() - room.usedAtMs > BOARD_CACHE_MS) {
        this.#rooms.delete(key);
      } else this.#numberChanges(room);
    }
    if (this.#rooms.size === 0) {
      this.#endWatch?.();
      this.#endWatch = null;
    }
    this.#sender.sendDue(this.#seq);
  }

  #numberChanges(room: Room): void {
    const { board, topics, areas, changed } = room;
    const couriers = board.number(this.#seq);
    board.forgetGone(this.#seq - GONE_RETENTION_MS);
    if (couriers.length > 0) for (const key of [ALL, ...areas]) changed.add(key);
    for (const courierId of couriers) changed.add(courierKey(courierId));
    for (const key of changed) {
      const entry = topics.get(key);
      if (entry === undefined) continue;
      entry.topic.number(this.#seq);
      entry.shared = null;
      for (const [session, names] of entry.watchers) {
        for (const name of names) session.pending.add(name);
        this.#sender.wait(session, topics);
      }
    }
    changed.clear();
  }
}

const ALL = 'all';

function courierKey(courierId: string): string {
  return `c ${courierId}`;
}

function topicKey(wanted: PolledTopic): string {
  if (wanted.kind === 'all') return ALL;
  return wanted.kind === 'courier' ? courierKey(wanted.courierId) : `s ${wanted.shipmentId}`;
}

function keyOf({ merchantId, mode }: Tenant): string {
  return `${merchantId} ${mode}`;
}
