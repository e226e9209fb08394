import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { BROADCAST_CHARS_MAX, type Broadcast } from '../../../platform/broadcast/broadcast.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { Timers } from '../../../platform/work/timers.ts';
import type { Roster } from '../intake/roster.ts';
import { isMove, isNewForOthers, lastSentOf, noteSent } from '../places/cached-courier.ts';
import {
  type CourierPlace,
  newestPlace,
  type PlaceStore,
  type Remembered,
} from '../places/place-store.ts';
import {
  type CourierOf,
  goneMessages,
  placeMessages,
  readMessage,
  WATCHING,
} from './place-words.ts';

/** Changes of couriers' places, the newest of each courier. */
export interface PlaceUpdates {
  readonly shown: readonly CourierPlace[];
  /** The couriers whose shift is over, and who have no place any more. */
  readonly gone: readonly CourierOf[];
}

/**
 * Publishes couriers' places as they arrive, from all processes. Only couriers on shift have any.
 */
export interface PlaceFeed {
  /**
   * Subscribes to updates.
   * @param wants false while places need not be published: then they are not even gathered. Earlier
   * places are in the store.
   * @returns a function that unsubscribes
   */
  subscribe(subscriber: (updates: PlaceUpdates) => void, wants?: () => boolean): () => void;
  /**
   * Requests every place from other processes, not only those that change an arrival; returns a
   * function that stops it.
   */
  watch(): () => void;
  /** Publishes that the shift of these couriers is over. */
  gone(couriers: readonly CourierOf[], sendToOthers?: boolean): void;
  /**
   * Resolves when everything that other processes had published is published here, too: a client
   * that reconnects from a killed process gets nothing older than it had.
   */
  settled(): Promise<void>;
  stop(): void;
}

interface PlaceFeedDeps {
  readonly places: PlaceStore;
  readonly roster: Pick<Roster, 'known' | 'load' | 'isOn'>;
  readonly broadcast: Broadcast;
  readonly timers: Timers;
  readonly log: Logger;
}

/** Places of one courier within this time are published as one. */
export const GATHER_MS = 200;
/**
 * Maximum of places sent to others in one round, which limits them to 4,000 a second; the rest
 * waits for its turn.
 */
const SENT_PER_ROUND_MAX = 800;
/**
 * How often a watching process announces itself. Without an announcement for `WATCHING_MS_MAX` it
 * is gone.
 */
const WATCHING_EVERY_MS = 10_000;
const WATCHING_MS_MAX = 25_000;
/** The longest time to wait until other processes have an update. */
const SENT_MS_MAX = 250;

export function createPlaceFeed(deps: PlaceFeedDeps): PlaceFeed {
  return new Feed(deps);
}

class Feed implements PlaceFeed {
  readonly #deps: PlaceFeedDeps;
  readonly #subscribers = new Map<(updates: PlaceUpdates) => void, () => boolean>();
  /**
   * What is new since the last round: places that arrived here, those of couriers whom the store
   * does not remember, and those from other processes.
   */
  #fresh: Remembered[] = [];
  #own = new Map<string, CourierPlace>();
  #foreign = new Map<string, CourierPlace>();
  /** Places not sent to others yet, in order of waiting. */
  readonly #unsent = new Map<string, Shown>();
  /** The last place sent to others, for couriers who are not remembered. */
  readonly #sent = new Map<string, CourierPlace['position']>();
  #watchers = 0;
  #othersWatchUntilMs = Number.NEGATIVE_INFINITY;
  #publishing: Promise<void> | null = null;
  readonly #ends: (() => void)[];

  constructor(deps: PlaceFeedDeps) {
    const { places, broadcast, timers } = deps;
    this.#deps = deps;
    this.#ends = [
      places.onShown({
        places: (shown) => {
          for (const place of shown) this.#own.set(place.courierId, place);
        },
        couriers: (moved) => this.#moved(moved),
      }),
      broadcast.on((text) => this.#received(text)),
      timers.every(GATHER_MS, () => void this.#publish()),
      timers.every(WATCHING_EVERY_MS, () => {
        if (this.#watchers > 0) broadcast.send(WATCHING);
      }),
    ];
  }

  subscribe(subscriber: (updates: PlaceUpdates) => void, wants = ALWAYS): () => void {
    this.#subscribers.set(subscriber, wants);
    return () => void this.#subscribers.delete(subscriber);
  }

  watch(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1) this.#deps.broadcast.send(WATCHING);
    let ended = false;
    return () => {
      if (!ended) this.#watchers -= 1;
      ended = true;
    };
  }

  gone(couriers: readonly CourierOf[], sendToOthers = false): void {
    if (couriers.length === 0) return;
    for (const { courierId } of couriers) {
      for (const places of [this.#own, this.#foreign, this.#unsent, this.#sent]) {
        places.delete(courierId);
      }
    }
    for (const notify of this.#subscribers.keys()) notify({ shown: [], gone: couriers });
    if (!sendToOthers) return;
    for (const message of goneMessages(couriers, BROADCAST_CHARS_MAX))
      this.#deps.broadcast.send(message);
  }

  async settled(): Promise<void> {
    await this.#deps.broadcast.settled();
    // What has arrived by now is in the current round or the next; more comes all the time.
    await this.#publishing;
    if (this.#publishing !== null || this.#foreign.size > 0)
      await (this.#publishing ?? this.#publish());
  }

  stop(): void {
    for (const end of this.#ends) end();
    this.#subscribers.clear();
  }

  #isWanted(): boolean {
    for (const wants of this.#subscribers.values()) if (wants()) return true;
    return this.#deps.timers.nowMs() < this.#othersWatchUntilMs;
  }

  #moved(couriers: readonly Remembered[]): void {
    const isWanted = this.#isWanted();
    for (const courier of couriers) {
      if (courier.isUnpublished || courier.cached === null) continue;
      if (!isWanted && !isNewForOthers(courier.cached)) continue;
      courier.isUnpublished = true;
      this.#fresh.push(courier);
    }
  }

  #received(text: string | null): void {
    const message = text === null ? null : readMessage(text);
    if (message === null) return;
    if (message.kind === 'watching') {
      this.#othersWatchUntilMs = this.#deps.timers.nowMs() + WATCHING_MS_MAX;
    } else if (message.kind === 'gone') this.gone(message.couriers);
    else for (const place of message.places) this.#noteForeign(place);
  }

  /**
   * Notes a place from another process, unless it is older than the known one: messages of several
   * processes about one courier may overtake one another.
   */
  #noteForeign(place: CourierPlace): void {
    const known = this.#foreign.get(place.courierId);
    if (known !== undefined && known.position.atMs > place.position.atMs) return;
    this.#foreign.set(place.courierId, place);
  }

  #publish(): Promise<void> {
    if (this.#publishing !== null) return this.#publishing;
    if (this.#fresh.length === 0 && this.#own.size === 0 && this.#foreign.size === 0) {
      this.#sendToOthers();
      return Promise.resolve();
    }
    const [fresh, own, foreign] = [this.#fresh, this.#own, this.#foreign];
    this.#fresh = [];
    this.#own = new Map();
    this.#foreign = new Map();
    this.#publishing = this.#publishThese(this.#takeFresh(fresh, own), own, foreign)
      .catch((err: unknown) => this.#deps.log.warn({ err }, 'couriers’ places were not passed on'))
      .finally(() => {
        this.#publishing = null;
      });
    return this.#publishing;
  }

  /**
   * Returns the newest places of couriers the roster knows to be on shift. The places of all
   * others, whose shift must be looked up, are added to `others`.
   */
  #takeFresh(couriers: readonly Remembered[], others: Map<string, CourierPlace>): Shown[] {
    const { roster } = this.#deps;
    const shown: Shown[] = [];
    for (const courier of couriers) {
      courier.isUnpublished = false;
      const place = newestPlace(courier);
      if (place === null) continue;
      if (roster.isOn(courier)) shown.push({ place, courier });
      else others.set(place.courierId, place);
    }
    return shown;
  }

  async #publishThese(
    fresh: readonly Shown[],
    own: ReadonlyMap<string, CourierPlace>,
    foreign: ReadonlyMap<string, CourierPlace>,
  ): Promise<void> {
    const { places, roster } = this.#deps;
    const unknown: string[] = [];
    for (const courierId of [...own.keys(), ...foreign.keys()]) {
      const id = wireId('courier', courierId);
      if (roster.known(id) === undefined) unknown.push(id);
    }
    if (unknown.length > 0) await roster.load(unknown);
    // Checked last: a shift may have ended while the others were looked up.
    const isOn = ({ courierId }: CourierPlace) =>
      roster.known(wireId('courier', courierId)) !== undefined;
    const others = [...foreign.values()].filter(isOn);
    if (others.length > 0 && !places.isShared) await places.restore(others);
    const isStillOn = ({ place, courier }: Shown) =>
      courier === null ? isOn(place) : roster.isOn(courier);
    const shown: readonly Shown[] = [
      ...fresh,
      ...[...own.values()].map((place) => ({ place, courier: null })),
    ].filter(isStillOn);
    for (const each of shown) this.#noteUnsent(each);
    // Other processes come first: if this process is killed, none of its watchers has received more
    // than they know.
    if (this.#sendToOthers()) await this.#untilSent();
    const notified = shown.filter(isStillOn).map(({ place }) => place);
    const updates = { shown: [...notified, ...others.filter(isOn)], gone: [] };
    if (updates.shown.length > 0) for (const notify of this.#subscribers.keys()) notify(updates);
  }

  #noteUnsent(shown: Shown): void {
    const { courierId, position } = shown.place;
    const cached = shown.courier?.cached ?? null;
    const lastSent = cached === null ? this.#sent.get(courierId) : lastSentOf(cached);
    // A watcher here may connect to another process at any moment.
    const isWatched = this.#watchers > 0 || this.#deps.timers.nowMs() < this.#othersWatchUntilMs;
    if (isWatched || lastSent == null || isMove(lastSent, position))
      this.#unsent.set(courierId, shown);
  }

  async #untilSent(): Promise<void> {
    let callOff = (): void => {};
    const late = new Promise<void>((resolve) => {
      callOff = this.#deps.timers.after(SENT_MS_MAX, resolve);
    });
    await Promise.race([this.#deps.broadcast.sent(), late]);
    callOff();
  }

  /** Sends places to other processes. Returns false if there is nothing to send. */
  #sendToOthers(): boolean {
    if (this.#unsent.size === 0) return false;
    const some: CourierPlace[] = [];
    for (const [courierId, { place, courier }] of this.#unsent) {
      if (some.length === SENT_PER_ROUND_MAX) break;
      some.push(place);
      this.#unsent.delete(courierId);
      if (courier === null) this.#sent.set(courierId, place.position);
      else if (courier.cached !== null) noteSent(courier.cached, place.position);
    }
    for (const message of placeMessages(some, BROADCAST_CHARS_MAX))
      this.#deps.broadcast.send(message);
    return true;
  }
}

/** A place that arrived here; null: its courier is not remembered with it. */
interface Shown {
  readonly place: CourierPlace;
  readonly courier: Remembered | null;
}

const ALWAYS = () => true;
