import type { Clock } from '../../platform/clock.ts';
import type { Timers } from '../../platform/work/timers.ts';
import type { FanOut, Parcel } from './fan-out.ts';
import { framesOf, GONE, HEARTBEAT, OPENING, type ParcelUpdate } from './frames.ts';

/** Open connections that watch something: their limits, their upkeep and their end. */
export interface Streams<Topic> {
  /**
   * Reserves a place for a client.
   *
   * @returns the limit that was reached, or the function that opens the stream once the response's
   *   head is written. A place that is not used must be released with `leave`.
   */
  admit(client: string): Admission<Topic>;
  /** Ends all streams; clients reconnect by themselves, to another process or a later one. */
  close(): void;
  readonly count: number;
}

type Admission<Topic> =
  | { readonly kind: 'too_many_of_client' | 'too_many' }
  | { readonly kind: 'admitted'; readonly open: OpenStream<Topic>; readonly leave: () => void };

/**
 * Opens a stream.
 *
 * @param lastUpdate the version that the client has, according to its request; null: none.
 */
type OpenStream<Topic> = (sink: StreamSink, topic: Topic, lastUpdate: string | null) => void;

/** The streams of parcels, in their public form. */
export type LiveStreams = Streams<WatchedParcel>;

/** A parcel with its courier's position, if this client may see that. */
interface WatchedParcel extends Parcel {
  readonly watchLocation?: (onLocation: (location: object | null) => void) => {
    readonly refresh: () => void;
    readonly end: () => void;
  };
}

/** The source of a stream's updates; the same state may come twice. */
interface StreamSource<Topic, Update extends Versioned> {
  /** Calls back soon with the current state, and then with each new one, until stopped. */
  watch(topic: Topic, onUpdate: (update: Update | FinalUpdate) => void): () => void;
  /**
   * Returns the text to send about `now` to a client that last received `before`; empty: nothing.
   *
   * @param before the last update sent on this stream; null: none yet.
   * @param lastUpdate the version that the client had before this stream, according to its request;
   *   null: none.
   */
  framesOf(before: Update | null, now: Update, lastUpdate: string | null): string;
  /**
   * Whether the reader still has access, checked before each update: one who has lost it gets no
   * more. Absent: everybody has.
   */
  maySee?(topic: Topic): Promise<boolean>;
}

interface Versioned {
  /** Identifies exactly this content. */
  readonly version: string;
}

/** The end of a stream: after this text nothing more will come. */
export interface FinalUpdate {
  readonly finalFrames: string;
}

/** The required part of a `ServerResponse`. */
export interface StreamSink {
  /** False: the other side reads too slowly; wait for `drain`. */
  write(text: string): boolean;
  end(): unknown;
  destroy(): unknown;
  on(event: 'drain' | 'close' | 'error', listener: () => void): unknown;
}

interface StreamLimits {
  readonly streamsMax?: number;
  readonly streamsOfClientMax?: number;
  /**
   * A client that opens one too many loses its oldest instead of being refused: for clients such as
   * phones that change networks, whose broken connections stay unnoticed for minutes.
   */
  readonly newestWins?: boolean;
}

interface StreamsOptions<Topic, Update extends Versioned> extends StreamLimits {
  readonly source: StreamSource<Topic, Update>;
  readonly timers: Timers;
  readonly clock: Clock;
}

export interface LiveStreamsOptions extends StreamLimits {
  readonly fanOut: Pick<FanOut, 'watch'>;
  readonly timers: Timers;
  readonly clock: Clock;
}

/** Well below the 30 to 60 s after which proxies cut silent connections. */
export const HEARTBEAT_MS = 20_000;
/** The maximum number of streams; each needs about 10 kB. */
const STREAMS_MAX = 5_000;
/**
 * The maximum number of streams of a client: a household or small office behind one address, each
 * with some tabs.
 */
const STREAMS_OF_CLIENT_MAX = 30;
/**
 * The maximum age of a stream. Then the client reconnects, perhaps to another process, so that load
 * spreads after a restart.
 */
const AGE_MS_MAX = 3_600_000;

interface Stream<Update> {
  readonly onUpdate: (update: Update | FinalUpdate) => void;
  /** Sends a heartbeat; a client that has read nothing since the last one is disconnected. */
  beat(nowMs: number): void;
  end(): void;
  /** Ends the stream without waiting for the other side, which may have disconnected long ago. */
  cut(): void;
}

export function createLiveStreams({ fanOut, ...options }: LiveStreamsOptions): LiveStreams {
  return createStreams({
    ...options,
    source: {
      framesOf(before, now: ParcelUpdate, lastUpdate) {
        // A client that reconnects gets nothing twice, except the position, which is always sent.
        const had = { version: now.version, track: now.track };
        return framesOf(before === null && lastUpdate === now.version ? had : before, now);
      },
      watch: (parcel: WatchedParcel, onUpdate) => watchParcel(fanOut, parcel, onUpdate),
    },
  });
}

function watchParcel(
  fanOut: Pick<FanOut, 'watch'>,
  { watchLocation, ...parcel }: WatchedParcel,
  onUpdate: (update: ParcelUpdate | FinalUpdate) => void,
): () => void {
  if (watchLocation === undefined) {
    return fanOut.watch(parcel, (update) => onUpdate(update ?? { finalFrames: GONE }));
  }
  let lastUpdate: ParcelUpdate | null = null;
  let location: object | null = null;
  const locationWatch = watchLocation((now) => {
    location = now;
    if (lastUpdate !== null) onUpdate({ ...lastUpdate, location });
  });
  const end = fanOut.watch(parcel, (update) => {
    if (update === null) return onUpdate({ finalFrames: GONE });
    lastUpdate = update;
    // The parcel's new status may have made the courier's position visible, or hidden it.
    locationWatch.refresh();
    onUpdate({ ...update, location });
  });
  return () => {
    locationWatch.end();
    end();
  };
}

export function createStreams<Topic, Update extends Versioned>(
  options: StreamsOptions<Topic, Update>,
): Streams<Topic> {
  const { source, timers, clock, newestWins = false } = options;
  const streamsMax = options.streamsMax ?? STREAMS_MAX;
  const ofClientMax = options.streamsOfClientMax ?? STREAMS_OF_CLIENT_MAX;
  const streamCounts = new Map<string, number>();
  const streams = new Map<Stream<Update>, string>();
  let openStreams = 0;
  let closed = false;

  const stopBeating = timers.every(HEARTBEAT_MS, () => {
    const nowMs = clock.nowMs();
    for (const stream of streams.keys()) stream.beat(nowMs);
  });

  function endOldestOf(client: string): void {
    const [oldest] = [...streams].find(([, of]) => of === client) ?? [];
    if (oldest === undefined) return;
    streams.delete(oldest);
    oldest.cut();
  }

  function admit(client: string): Admission<Topic> {
    const own = streamCounts.get(client) ?? 0;
    if (closed || openStreams >= streamsMax) return { kind: 'too_many' };
    if (own >= ofClientMax) {
      if (!newestWins) return { kind: 'too_many_of_client' };
      endOldestOf(client);
    }
    streamCounts.set(client, (streamCounts.get(client) ?? 0) + 1);
    openStreams += 1;
    let hasLeft = false;
    const leave = (): void => {
      if (hasLeft) return;
      hasLeft = true;
      openStreams -= 1;
      const remaining = (streamCounts.get(client) ?? 1) - 1;
      if (remaining === 0) streamCounts.delete(client);
      else streamCounts.set(client, remaining);
    };
    const open: OpenStream<Topic> = (sink, topic, lastUpdate) => {
      const stream = openStream<Update>(sink, {
        endsAtMs: clock.nowMs() + AGE_MS_MAX,
        framesOf: (before, remaining) => source.framesOf(before, remaining, lastUpdate),
      });
      const unwatch = source.watch(
        topic,
        source.maySee === undefined
          ? stream.onUpdate
          : withAccessCheck(
              (update) => {
                if (streams.has(stream)) stream.onUpdate(update);
              },
              () => source.maySee?.(topic) ?? true,
            ),
      );
      streams.set(stream, client);
      sink.on('close', () => {
        streams.delete(stream);
        unwatch();
        leave();
      });
      // Streams end with the process: one that opens during shutdown ends at once.
      if (closed) stream.end();
    };
    return { kind: 'admitted', open, leave };
  }

  return {
    admit,
    close() {
      closed = true;
      stopBeating();
      for (const stream of streams.keys()) stream.end();
    },
    get count() {
      return streams.size;
    },
  };
}

/**
 * Passes on updates while `maySee` allows it; of the updates that come during a check, only the
 * newest. A denied or failed check ends the stream: the client reconnects by itself.
 */
function withAccessCheck<Update>(
  onUpdate: (update: Update | FinalUpdate) => void,
  maySee: () => Promise<boolean> | boolean,
): (update: Update | FinalUpdate) => void {
  let newest: Update | FinalUpdate | null = null;
  let isChecking = false;
  async function check(): Promise<void> {
    isChecking = true;
    while (newest !== null) {
      const hasAccess = await Promise.resolve(maySee()).catch(() => false);
      const update = newest;
      newest = null;
      onUpdate(hasAccess ? update : { finalFrames: '' });
    }
    isChecking = false;
  }
  return (update) => {
    newest = update;
    if (!isChecking) void check();
  };
}

/**
 * One connection. While the client does not read, nothing is queued for it: only the newest state
 * is stored and sent when it reads again, so a slow reader costs no memory and misses no final
 * state.
 */
function openStream<Update extends Versioned>(
  sink: StreamSink,
  terms: {
    readonly endsAtMs: number;
    readonly framesOf: (before: Update | null, now: Update) => string;
  },
): Stream<Update> {
  let sent: Update | null = null;
  let waiting: Update | null = null;
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
  const onUpdate = (update: Update | FinalUpdate): void => {
    if ('finalFrames' in update) {
      send(update.finalFrames);
      end();
      return;
    }
    if (blocked) {
      waiting = update;
      return;
    }
    const frames = terms.framesOf(sent, update);
    sent = update;
    send(frames);
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
    cut: () => sink.destroy(),
    beat(nowMs) {
      if (nowMs >= terms.endsAtMs) end();
      if (!ended && !blocked) send(HEARTBEAT);
      else {
        silentBeats += 1;
        if (silentBeats > 1) sink.destroy();
      }
    },
  };
}
