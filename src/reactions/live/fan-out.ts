import type { ByEventType, Event } from '../../events/event.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { LOG_CHANNEL, SHARDS } from '../../platform/event-log/event-log.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { type PublicTrack, type PublicTrackRow, shardOf } from '../../tracking/index.ts';
import type { ParcelNews } from './frames.ts';
import type { NewsSource } from './news-source.ts';
import type { Timers } from '../../platform/work/timers.ts';

/**
 * Tells whoever watches a parcel that it changed. Not durable and without a cursor in the
 * database: a watcher is given the state as it is when it comes, and every later one; what nobody
 * watched is nobody's loss. Each process tells its own watchers, woken by the log's NOTIFY, so it
 * does not matter which process heard the carrier.
 */
export interface FanOut {
  /** Calls `hear` soon with the parcel's state, and then with each new one, until ended. */
  watch(parcel: Parcel, hear: Hear): () => void;
  close(): Promise<void>;
}

export interface Parcel {
  readonly carrier: string;
  readonly trackingNumber: string;
}

/** Null: the parcel is no longer followed by anyone. The same state may be told twice. */
export type Hear = (news: ParcelNews | null) => void;

export interface FanOutOptions {
  readonly source: NewsSource;
  readonly listener: Pick<Listener, 'on'>;
  readonly timers: Timers;
  readonly log: Logger;
}

/** Looks by itself this often, should a notification have been lost with its connection. */
const LOOK_EVERY_MS = 20_000;
const RETRY_AFTER_MS = 1_000;
const EVENTS_MAX = 500;
const NUMBERS_MAX = 200;

interface Watched {
  readonly parcel: Parcel;
  readonly shard: number;
  readonly hears: Set<Hear>;
}

export function createFanOut({ source, listener, timers, log }: FanOutOptions): FanOut {
  const watched = new Map<string, Watched>();
  const watchedInShard = new Array<number>(SHARDS).fill(0);
  /** Where reading the log goes on; only shards that are watched have one. */
  const cursors = new Map<number, bigint>();
  const shards = new Set<number>();
  const changed = new Set<string>();
  let running: Promise<void> | null = null;
  let cancelRetry: (() => void) | null = null;
  let closed = false;

  function pump(): void {
    if (running !== null || closed || (shards.size === 0 && changed.size === 0)) return;
    running = work()
      .catch((error: unknown) => {
        log.warn({ err: error }, 'watchers could not be told; trying again');
        cancelRetry ??= timers.after(RETRY_AFTER_MS, () => {
          cancelRetry = null;
          pump();
        });
        return true;
      })
      .then((failed) => {
        running = null;
        if (failed !== true) pump();
      });
  }

  async function work(): Promise<void> {
    for (const shard of [...shards]) await readShard(shard);
    const keys = [...changed].slice(0, NUMBERS_MAX);
    if (keys.length === 0) return;
    const parcels = keys.flatMap((key) => watched.get(key)?.parcel ?? []);
    const numbers = [...new Set(parcels.map(({ trackingNumber }) => trackingNumber))];
    for (const key of keys) changed.delete(key);
    try {
      tell(keys, numbers.length === 0 ? [] : await source.tracks(numbers));
    } catch (error) {
      for (const key of keys) changed.add(key);
      throw error;
    }
  }

  /** Notes which watched parcels the new events speak of; at most one batch. */
  async function readShard(shard: number): Promise<void> {
    const from = cursors.get(shard);
    if (from === undefined) {
      shards.delete(shard);
      return;
    }
    const events = await source.events(shard, from, EVENTS_MAX);
    if (events.length < EVENTS_MAX) shards.delete(shard);
    const last = events.at(-1);
    if (last === undefined) return;
    const gone = events.filter(({ about }) => about === 'erased').map(({ subjectId }) => subjectId);
    const erased = await source.erased(gone);
    // Nobody may be left watching the shard by now.
    if (cursors.has(shard)) cursors.set(shard, last.position);
    const keys = [
      ...erased.map(({ carrier, trackingNumber }) => keyOf(carrier, trackingNumber)),
      ...events.flatMap(keyOfParcel),
    ];
    for (const key of keys) if (watched.has(key)) changed.add(key);
  }

  function tell(keys: readonly string[], rows: readonly PublicTrackRow[]): void {
    const byKey = new Map(rows.map((row) => [keyOf(row.carrier, row.tracking_number), row]));
    for (const key of keys) {
      const row = byKey.get(key);
      const news = row === undefined ? null : newsOf(row);
      for (const hear of watched.get(key)?.hears ?? []) hear(news);
    }
  }

  function look(shard: number): void {
    if (watchedInShard[shard] === 0) return;
    shards.add(shard);
    pump();
  }

  /**
   * The log is read from where it stands when the first watcher of a shard comes. Only then is
   * that watcher's parcel read: whatever is committed later is in the log behind the cursor.
   */
  async function begin(key: string, shard: number): Promise<void> {
    if (!cursors.has(shard)) {
      const heads = await source.heads();
      if (!cursors.has(shard)) cursors.set(shard, heads.get(shard) ?? 0n);
      // Everybody may have left while the heads were read.
      if (watchedInShard[shard] === 0) cursors.delete(shard);
    }
    if (!watched.has(key)) return;
    changed.add(key);
    pump();
  }

  async function lookEverywhere(): Promise<void> {
    if (cursors.size === 0) return;
    for (const [shard, head] of await source.heads()) {
      if (head > (cursors.get(shard) ?? head)) look(shard);
    }
  }

  const beginOrRetry = (key: string, shard: number): void => {
    begin(key, shard).catch((error: unknown) => {
      log.warn({ err: error }, 'a watcher could not be served yet; trying again');
      timers.after(RETRY_AFTER_MS, () => {
        if (!closed && watched.has(key)) beginOrRetry(key, shard);
      });
    });
  };
  const unlisten = listener.on(LOG_CHANNEL, (payload) => {
    if (payload !== null) look(Number(payload));
    else for (const shard of cursors.keys()) look(shard);
  });
  const stopLooking = timers.every(LOOK_EVERY_MS, () => {
    lookEverywhere().catch((error: unknown) => log.warn({ err: error }, 'the log was not read'));
  });

  return {
    watch(parcel, hear) {
      const key = keyOf(parcel.carrier, parcel.trackingNumber);
      const shard = shardOf(parcel.carrier, parcel.trackingNumber);
      const entry = watched.get(key) ?? { parcel, shard, hears: new Set() };
      if (entry.hears.size === 0) {
        watched.set(key, entry);
        watchedInShard[shard] = (watchedInShard[shard] ?? 0) + 1;
      }
      entry.hears.add(hear);
      beginOrRetry(key, shard);
      return () => {
        if (!entry.hears.delete(hear) || entry.hears.size > 0) return;
        watched.delete(key);
        watchedInShard[shard] = (watchedInShard[shard] ?? 1) - 1;
        if (watchedInShard[shard] === 0) cursors.delete(shard);
      };
    },
    async close() {
      closed = true;
      unlisten();
      stopLooking();
      cancelRetry?.();
      watched.clear();
      await running;
    },
  };
}

/** What may change what watchers are shown. */
const IS_SHOWN: ByEventType<boolean> = {
  'shipment.created': true,
  'shipment.status_changed': true,
  'shipment.corrected': true,
  'shipment.delivered': true,
  'shipment.confirmed': true,
  'shipment.edd_changed': true,
  'shipment.tracking_updated': true,
  'shipment.updated': true,
  'shipment.expired': true,
  'shipment.exception_opened': true,
  'shipment.exception_updated': true,
  'shipment.exception_resolved': true,
  'delivery_request.resolved': true,
  'shipment.delay_predicted': true,
  'shipment.deleted': true,
  'carrier_account.health_changed': false,
  'carrier_account.push_changed': false,
  'carrier_account.verification_changed': false,
  'webhook_endpoint.disabled': false,
};

/** None: it is about no parcel that anybody can watch. */
function keyOfParcel(event: Event): string[] {
  if (event.about !== 'shipment' || !IS_SHOWN[event.type]) return [];
  return [keyOf(event.data.carrier, event.data.tracking_number)];
}

function keyOf(carrier: string, trackingNumber: string): string {
  return `${carrier}\n${trackingNumber}`;
}

function newsOf(row: PublicTrackRow): ParcelNews {
  return { version: versionOf(row.etag), track: JSON.parse(row.body) as PublicTrack };
}

/** The entity tag without its quotes: a name for exactly this content. */
export function versionOf(etag: string): string {
  return etag.replaceAll('"', '');
}
