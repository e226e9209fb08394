import { type Event, SHOWN_TO_PUBLIC } from '../../events/event.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { LOG_CHANNEL, SHARDS } from '../../platform/event-log/event-log.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../platform/work/loop.ts';
import type { Timers } from '../../platform/work/timers.ts';
import {
  type PublicTrack,
  type PublicTrackRow,
  shardOf,
  TRACKS_CHANNEL,
} from '../../tracking/index.ts';
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

interface Watched {
  readonly parcel: Parcel;
  readonly shard: number;
  readonly watchers: Set<OnUpdate>;
}

export function createFanOut(options: FanOutOptions): FanOut {
  return new LogFanOut(options);
}

class LogFanOut implements FanOut {
  readonly #source: UpdateSource;
  readonly #timers: Timers;
  readonly #log: Logger;
  readonly #watched = new Map<string, Watched>();
  readonly #watchedInShard = new Array<number>(SHARDS).fill(0);
  /** The position up to which each shard's log has been read; only watched shards have one. */
  readonly #cursors = new Map<number, bigint>();
  readonly #shards = new Set<number>();
  readonly #changed = new Set<string>();
  /** Notifies watchers until no updates are pending. */
  readonly #notifying: Loop;
  /** Finds changes that no database notification announced. */
  readonly #looking: Loop;
  readonly #unlisten: readonly (() => void)[];

  constructor({ source, listener, timers, log }: FanOutOptions) {
    this.#source = source;
    this.#timers = timers;
    this.#log = log;
    this.#notifying = startLoop({
      run: () => this.#notify(),
      everyMs: null,
      retryMs: RETRY_AFTER_MS,
      onFailure: (err) => log.warn({ err }, 'watchers could not be notified; trying again'),
      timers,
    });
    this.#looking = startLoop({
      run: () => this.#checkEverywhere(),
      everyMs: CHECK_EVERY_MS,
      onFailure: (err) => log.warn({ err }, 'the log was not read'),
      timers,
    });
    this.#unlisten = [
      listener.on(LOG_CHANNEL, (payload) => {
        if (payload !== null) this.#read(Number(payload));
        else for (const shard of this.#cursors.keys()) this.#read(shard);
      }),
      // Changes without an event; `key` is in the form of `keyOf`.
      listener.on(TRACKS_CHANNEL, (key) => this.#refresh(key)),
    ];
  }

  watch(parcel: Parcel, onUpdate: OnUpdate): () => void {
    const key = keyOf(parcel.carrier, parcel.trackingNumber);
    const shard = shardOf(parcel.carrier, parcel.trackingNumber);
    const entry = this.#watched.get(key) ?? { parcel, shard, watchers: new Set() };
    if (entry.watchers.size === 0) {
      this.#watched.set(key, entry);
      this.#watchedInShard[shard] = (this.#watchedInShard[shard] ?? 0) + 1;
    }
    entry.watchers.add(onUpdate);
    this.#beginOrRetry(key, shard);
    return () => {
      if (!entry.watchers.delete(onUpdate) || entry.watchers.size > 0) return;
      this.#watched.delete(key);
      this.#watchedInShard[shard] = (this.#watchedInShard[shard] ?? 1) - 1;
      if (this.#watchedInShard[shard] === 0) this.#cursors.delete(shard);
    };
  }

  async close(): Promise<void> {
    for (const end of this.#unlisten) end();
    this.#watched.clear();
    await this.#looking.stop();
    await this.#notifying.stop();
  }

  #beginOrRetry(key: string, shard: number): void {
    this.#begin(key, shard).catch((err: unknown) => {
      this.#log.warn({ err }, 'a live viewer could not be served; retrying');
      this.#timers.after(RETRY_AFTER_MS, () => {
        if (this.#watched.has(key)) this.#beginOrRetry(key, shard);
      });
    });
  }

  /**
   * Starts reading the log at its head when the first watcher of a shard subscribes. Only then is
   * that watcher's parcel read, so everything committed later is in the log after the cursor.
   */
  async #begin(key: string, shard: number): Promise<void> {
    if (!this.#cursors.has(shard)) {
      const heads = await this.#source.heads();
      if (!this.#cursors.has(shard)) this.#cursors.set(shard, heads.get(shard) ?? 0n);
      // All watchers may have left while the heads were read.
      if (this.#watchedInShard[shard] === 0) this.#cursors.delete(shard);
    }
    if (!this.#watched.has(key)) return;
    this.#changed.add(key);
    this.#notifying.wake();
  }

  #read(shard: number): void {
    if (this.#watchedInShard[shard] === 0) return;
    this.#shards.add(shard);
    this.#notifying.wake();
  }

  /** @param key null: any parcel may have changed unnoticed. */
  #refresh(key: string | null): void {
    for (const each of key === null ? this.#watched.keys() : [key]) {
      if (this.#watched.has(each)) this.#changed.add(each);
    }
    if (this.#changed.size > 0) this.#notifying.wake();
  }

  async #checkEverywhere(): Promise<void> {
    if (this.#cursors.size === 0) return;
    for (const [shard, head] of await this.#source.heads()) {
      if (head > (this.#cursors.get(shard) ?? head)) this.#read(shard);
    }
  }

  async #notify(): Promise<void> {
    for (const shard of [...this.#shards]) await this.#readShard(shard);
    const keys = [...this.#changed].slice(0, NUMBERS_MAX);
    if (keys.length > 0) await this.#notifyOf(keys);
    if (this.#shards.size > 0 || this.#changed.size > 0) this.#notifying.wake();
  }

  async #notifyOf(keys: readonly string[]): Promise<void> {
    const parcels = keys.flatMap((key) => this.#watched.get(key)?.parcel ?? []);
    const numbers = [...new Set(parcels.map(({ trackingNumber }) => trackingNumber))];
    for (const key of keys) this.#changed.delete(key);
    try {
      const rows = numbers.length === 0 ? [] : await this.#source.tracks(numbers);
      const byKey = new Map(rows.map((row) => [keyOf(row.carrier, row.trackingNumber), row]));
      for (const key of keys) {
        const row = byKey.get(key);
        const update = row === undefined ? null : updateOf(row);
        for (const onUpdate of this.#watched.get(key)?.watchers ?? []) onUpdate(update);
      }
    } catch (error) {
      for (const key of keys) this.#changed.add(key);
      throw error;
    }
  }

  /** Marks the watched parcels in the new events; at most one batch. */
  async #readShard(shard: number): Promise<void> {
    const from = this.#cursors.get(shard);
    if (from === undefined) {
      this.#shards.delete(shard);
      return;
    }
    const events = await this.#source.events(shard, from, EVENTS_MAX);
    if (events.length < EVENTS_MAX) this.#shards.delete(shard);
    const last = events.at(-1);
    if (last === undefined) return;
    const gone = events.filter(({ about }) => about === 'erased').map(({ subjectId }) => subjectId);
    const erased = await this.#source.erased(gone);
    // The last watcher of the shard may have left by now.
    if (this.#cursors.has(shard)) this.#cursors.set(shard, last.position);
    const keys = [
      ...erased.map(({ carrier, trackingNumber }) => keyOf(carrier, trackingNumber)),
      ...events.flatMap(keyOfParcel),
    ];
    for (const key of keys) if (this.#watched.has(key)) this.#changed.add(key);
  }
}

/** Empty: it is about no parcel that anybody can watch. */
function keyOfParcel(event: Event): string[] {
  if (event.about !== 'shipment' || !SHOWN_TO_PUBLIC.has(event.type)) return [];
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
