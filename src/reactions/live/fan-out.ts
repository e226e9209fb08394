import { type Event, SHOWN_IN_CONSOLE, SHOWN_TO_PUBLIC } from '../../events/event.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { LOG_CHANNEL, SHARDS } from '../../platform/event-log/event-log.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../platform/work/loop.ts';
import type { Timers } from '../../platform/work/timers.ts';
import { createTopicHub, type TopicHub } from '../../platform/work/topic-hub.ts';
import {
  type PublicTrack,
  type PublicTrackRow,
  shardOf,
  TRACKS_CHANNEL,
} from '../../tracking/ports/public-tracks.ts';
import type { ParcelUpdate } from './frames.ts';
import type { UpdateSource } from './update-source.ts';

/**
 * Notifies watchers of a parcel when it changes. Not durable and without a cursor in the database:
 * a watcher gets the current state when it subscribes, and every later one; changes without a
 * watcher are dropped. Each process notifies its own watchers, woken by the log's NOTIFY, so it
 * does not matter which process recorded the change.
 */
export interface FanOut {
  /** Calls `onUpdate` soon with the parcel's state, and then with each new one, until stopped. */
  watch(parcel: Parcel, onUpdate: OnUpdate): () => void;
  close(): Promise<void>;
}

export interface Parcel {
  readonly carrier: string;
  readonly trackingNumber: string;
}

/** Null: the parcel is no longer followed by anyone. The same state may come twice. */
export type OnUpdate = (update: ParcelUpdate | null) => void;

export interface FanOutOptions {
  readonly source: UpdateSource;
  readonly listener: Pick<Listener, 'on'>;
  readonly timers: Timers;
  readonly log: Logger;
}

/** Interval of its own checks, in case a notification was lost with its connection. */
const CHECK_EVERY_MS = 20_000;
const RETRY_AFTER_MS = 1_000;
const EVENTS_MAX = 500;
const NUMBERS_MAX = 200;

export function createFanOut(options: FanOutOptions): FanOut {
  return new LogFanOut(options);
}

class LogFanOut implements FanOut {
  readonly #source: UpdateSource;
  readonly #parcels: TopicHub<Parcel, ParcelUpdate | null>;
  readonly #watchedInShard = new Array<number>(SHARDS).fill(0);
  /** The position up to which each shard's log has been read; only watched shards have one. */
  readonly #cursors = new Map<number, bigint>();
  /** The shards with unread events. */
  readonly #unreadShards = new Set<number>();
  readonly #reading: Loop;
  /** Finds changes that no database notification announced. */
  readonly #checking: Loop;
  readonly #unlisten: readonly (() => void)[];

  constructor({ source, listener, timers, log }: FanOutOptions) {
    this.#source = source;
    this.#parcels = createTopicHub({
      keyOf: ({ carrier, trackingNumber }: Parcel) => keyOf(carrier, trackingNumber),
      open: (parcel) => this.#countWatcher(shardOf(parcel.carrier, parcel.trackingNumber)),
      read: (parcels, publish) => this.#readTracks(parcels, publish),
      topicsMax: NUMBERS_MAX,
      retryMs: RETRY_AFTER_MS,
      onFailure: (err) => log.warn({ err }, 'watched parcels could not be read; retrying'),
      timers,
    });
    this.#reading = startLoop({
      run: () => this.#readLog(),
      everyMs: null,
      retryMs: RETRY_AFTER_MS,
      onFailure: (err) => log.warn({ err }, 'watchers could not be notified; trying again'),
      timers,
    });
    this.#checking = startLoop({
      run: () => this.#checkEverywhere(),
      everyMs: CHECK_EVERY_MS,
      onFailure: (err) => log.warn({ err }, 'the log was not read'),
      timers,
    });
    this.#unlisten = [
      listener.on(LOG_CHANNEL, (payload) => {
        if (payload !== null) this.#readShardSoon(Number(payload));
        else for (const shard of this.#cursors.keys()) this.#readShardSoon(shard);
      }),
      // Changes without an event; `key` is in the form of `keyOf`.
      listener.on(TRACKS_CHANNEL, (key) => this.#parcels.changed(key === null ? null : [key])),
    ];
  }

  watch(parcel: Parcel, onUpdate: OnUpdate): () => void {
    return this.#parcels.watch(parcel, onUpdate);
  }

  async close(): Promise<void> {
    for (const end of this.#unlisten) end();
    await this.#checking.stop();
    await this.#reading.stop();
    await this.#parcels.stop();
  }

  #countWatcher(shard: number): () => void {
    this.#watchedInShard[shard] = (this.#watchedInShard[shard] ?? 0) + 1;
    return () => {
      this.#watchedInShard[shard] = (this.#watchedInShard[shard] ?? 1) - 1;
      if (this.#watchedInShard[shard] === 0) this.#cursors.delete(shard);
    };
  }

  #readShardSoon(shard: number): void {
    if (this.#watchedInShard[shard] === 0) return;
    this.#unreadShards.add(shard);
    this.#reading.wake();
  }

  async #checkEverywhere(): Promise<void> {
    if (this.#cursors.size === 0) return;
    for (const [shard, head] of await this.#source.heads()) {
      if (head > (this.#cursors.get(shard) ?? head)) this.#readShardSoon(shard);
    }
  }

  async #readTracks(
    parcels: ReadonlyMap<string, Parcel>,
    publish: (key: string, update: ParcelUpdate | null) => void,
  ): Promise<void> {
    await this.#startCursors(parcels.values());
    const numbers = new Set([...parcels.values()].map(({ trackingNumber }) => trackingNumber));
    const rows = await this.#source.tracks([...numbers]);
    const byKey = new Map(rows.map((row) => [keyOf(row.carrier, row.trackingNumber), row]));
    for (const key of parcels.keys()) {
      const row = byKey.get(key);
      publish(key, row === undefined ? null : updateOf(row));
    }
  }

  /**
   * Starts reading the log of these parcels' shards at its head. Only then are the parcels read, so
   * everything committed later is in the log after the cursor.
   */
  async #startCursors(parcels: Iterable<Parcel>): Promise<void> {
    const shards = [...parcels].map((each) => shardOf(each.carrier, each.trackingNumber));
    const isMissing = (shard: number) => !this.#cursors.has(shard);
    if (!shards.some(isMissing)) return;
    const heads = await this.#source.heads();
    // All watchers of a shard may have left while the heads were read.
    const isWatched = (shard: number) => this.#watchedInShard[shard] !== 0;
    for (const shard of shards.filter(isMissing).filter(isWatched)) {
      this.#cursors.set(shard, heads.get(shard) ?? 0n);
    }
  }

  async #readLog(): Promise<void> {
    for (const shard of [...this.#unreadShards]) await this.#readShard(shard);
    if (this.#unreadShards.size > 0) this.#reading.wake();
  }

  /** Publishes the watched parcels in the new events; at most one batch. */
  async #readShard(shard: number): Promise<void> {
    const from = this.#cursors.get(shard);
    if (from === undefined) {
      this.#unreadShards.delete(shard);
      return;
    }
    const events = await this.#source.events(shard, from, EVENTS_MAX);
    if (events.length < EVENTS_MAX) this.#unreadShards.delete(shard);
    const last = events.at(-1);
    if (last === undefined) return;
    const erasedIds = events
      .filter(({ about }) => about === 'erased')
      .map(({ subjectId }) => subjectId);
    const erased = await this.#source.erased(erasedIds);
    // The last watcher of the shard may have left by now.
    if (this.#cursors.has(shard)) this.#cursors.set(shard, last.position);
    this.#parcels.changed([
      ...erased.map(({ carrier, trackingNumber }) => keyOf(carrier, trackingNumber)),
      ...events.flatMap(keyOfParcel),
    ]);
  }
}

/** Returns the key of an event's parcel as a list of one; empty: no display changes. */
function keyOfParcel(event: Event): string[] {
  const { type } = event;
  if (event.about !== 'shipment') return [];
  if (!SHOWN_TO_PUBLIC.has(type) && !SHOWN_IN_CONSOLE.has(type)) return [];
  return [keyOf(event.data.carrier, event.data.tracking_number)];
}

function keyOf(carrier: string, trackingNumber: string): string {
  return `${carrier}\n${trackingNumber}`;
}

function updateOf(row: PublicTrackRow): ParcelUpdate {
  return { version: versionOf(row.etag), track: JSON.parse(row.body) as PublicTrack };
}

/** The entity tag without its quotes: identifies exactly this content. */
export function versionOf(etag: string): string {
  return etag.replaceAll('"', '');
}
