import type { Clock } from '../../platform/clock.ts';
import type { Timers } from '../../platform/work/timers.ts';
import type { FanOut, Parcel } from './fan-out.ts';
import { framesOf, GONE, HEARTBEAT, OPENING, type ParcelUpdate } from './frames.ts';

/** Open connections that watch parcels: how many there may be, and how each is kept and ended. */
export interface LiveStreams {
  /**
   * Reserves a place for a client.
   * @returns which limit it met, or what opens the stream once the response's head is written.
   *   A place that is not used must be given back with `leave`.
   */
  admit(client: string): Admission;
  /** Ends all streams; clients come back by themselves, to another process or a later one. */
  close(): void;
  readonly count: number;
}

export type Admission =
  | { readonly kind: 'too_many_of_client' | 'too_many' }
  | { readonly kind: 'admitted'; readonly open: OpenStream; readonly leave: () => void };

/** @param seen the version the client says it has; null: nothing. */
export type OpenStream = (sink: StreamSink, parcel: Parcel, seen: string | null) => void;

/** What is needed of a `ServerResponse`. */
export interface StreamSink {
  /** False: the other side reads too slowly; wait for `drain`. */
  write(text: string): boolean;
  end(): unknown;
  destroy(): unknown;
  on(event: 'drain' | 'close' | 'error', listener: () => void): unknown;
}

export interface LiveStreamsOptions {
  readonly fanOut: Pick<FanOut, 'watch'>;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly streamsMax?: number;
  readonly streamsOfClientMax?: number;
}

/** Well inside the 30 to 60 s after which proxies cut silent connections. */
export const HEARTBEAT_MS = 20_000;
/** About 10 kB each. */
const STREAMS_MAX = 5_000;
/** A household or small office behind one address, each with some tabs. */
const STREAMS_OF_CLIENT_MAX = 30;
/** Then the client comes back, maybe to another process: so that load spreads after a restart. */
const AGE_MS_MAX = 3_600_000;

interface Stream {
  /** Sends a heartbeat; a client that has read nothing since the last one is cut off. */
  beat(nowMs: number): void;
  end(): void;
}

export function createLiveStreams(options: LiveStreamsOptions): LiveStreams {
  const { fanOut, timers, clock } = options;
  const streamsMax = options.streamsMax ?? STREAMS_MAX;
  const ofClientMax = options.streamsOfClientMax ?? STREAMS_OF_CLIENT_MAX;
  const places = new Map<string, number>();
  const streams = new Set<Stream>();
  let taken = 0;
  let closed = false;

  const stopBeating = timers.every(HEARTBEAT_MS, () => {
    const nowMs = clock.nowMs();
    for (const stream of streams) stream.beat(nowMs);
  });

  function admit(client: string): Admission {
    const own = places.get(client) ?? 0;
    if (closed || taken >= streamsMax) return { kind: 'too_many' };
    if (own >= ofClientMax) return { kind: 'too_many_of_client' };
    places.set(client, own + 1);
    taken += 1;
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      taken -= 1;
      const now = (places.get(client) ?? 1) - 1;
      if (now === 0) places.delete(client);
      else places.set(client, now);
    };
    const open: OpenStream = (sink, parcel, seen) => {
      const stream = openStream(sink, clock.nowMs() + AGE_MS_MAX, seen);
      const unwatch = fanOut.watch(parcel, stream.onUpdate);
      streams.add(stream);
      sink.on('close', () => {
        streams.delete(stream);
        unwatch();
        leave();
      });
      // Streams end with the process: one that slips in while it stops ends at once.
      if (closed) stream.end();
    };
    return { kind: 'admitted', open, leave };
  }

  return {
    admit,
    close() {
      closed = true;
      stopBeating();
      for (const stream of streams) stream.end();
    },
    get count() {
      return streams.size;
    },
  };
}

/**
 * One connection. While the other side does not read, nothing is queued for it: only the newest
 * state is kept and sent when it reads again, so a slow reader costs no memory and misses no end
 * state.
 */
function openStream(
  sink: StreamSink,
  endsAtMs: number,
  seen: string | null,
): Stream & { readonly onUpdate: (update: ParcelUpdate | null) => void } {
  let sent: ParcelUpdate | null = null;
  let waiting: ParcelUpdate | null = null;
  let blocked = false;
  let silentBeats = 0;
  let ended = false;

  const send = (text: string): void => {
    if (text !== '' && !ended) blocked = !sink.write(text);
  };
  const end = (): void => {
    if (ended) return;
    ended = true;
    sink.end();
  };
  const onUpdate = (update: ParcelUpdate | null): void => {
    if (update === null) {
      send(GONE);
      end();
      return;
    }
    if (blocked) {
      waiting = update;
      return;
    }
    // Who comes back and has seen this already gets nothing twice.
    const known = sent === null && seen === update.version ? update : sent;
    sent = update;
    send(framesOf(known, update));
  };
  sink.on('drain', () => {
    blocked = false;
    silentBeats = 0;
    const update = waiting;
    waiting = null;
    if (update !== null) onUpdate(update);
  });
  sink.on('error', () => sink.destroy());
  send(OPENING);
  return {
    onUpdate,
    end,
    beat(nowMs) {
      if (nowMs >= endsAtMs) end();
      else if (!blocked) send(HEARTBEAT);
      else {
        silentBeats += 1;
        if (silentBeats > 1) sink.destroy();
      }
    },
  };
}
