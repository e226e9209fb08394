import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { HUB_TEST_KEY } from '../hubs/hub-process.ts';

/** A client that watches couriers and reconnects after each break, as docs/live.md says. */
export interface LiveWatcher {
  readonly name: string;
  /**
   * The newest place it received, by the courier's time; of the courier that is furthest behind.
   */
  newestMs(): number;
  /** Each time it received an older place after a newer one, or that there is no place any more. */
  readonly faults: readonly string[];
  end(): void;
}

const AUTH = { authorization: `Bearer ${HUB_TEST_KEY}` };
const BACK_AFTER_MS = 100;
/** The documented five seconds would hide the effect. */
const POLL_EVERY_MS = 1_000;

interface Batch {
  readonly type: string;
  readonly seq: number;
  readonly topics: readonly {
    readonly couriers: readonly { readonly courier_id: string; readonly ts: string }[];
    readonly gone: readonly string[];
  }[];
}

class WatchStatistics {
  readonly #newest = new Map<string, number>();
  readonly #many: number;
  readonly faults: string[] = [];
  seq: number | null = null;

  constructor(count: number) {
    this.#many = count;
  }

  batch(batch: Batch): void {
    if (batch.type !== 'batch') return;
    this.seq = batch.seq;
    for (const { couriers, gone } of batch.topics) {
      for (const { courier_id: id, ts } of couriers) this.place(id, Date.parse(ts));
      for (const id of gone) this.faults.push(`${id} is gone`);
    }
  }

  place(id: string, atMs: number): void {
    const before = this.#newest.get(id) ?? 0;
    if (atMs < before) this.faults.push(`${id}: ${before - atMs} ms older`);
    this.#newest.set(id, atMs);
  }

  newestMs(): number {
    return this.#newest.size < this.#many ? 0 : Math.min(...this.#newest.values());
  }
}

/** By WebSocket: all couriers, of the given number. */
export function watchBySocket(url: URL, count: number): LiveWatcher {
  const statistics = new WatchStatistics(count);
  let ended = false;
  let socket: WebSocket | null = null;
  const come = (): void => {
    if (ended) return;
    socket = new WebSocket(new URL('/v1/live', url).href.replace('http', 'ws'), { headers: AUTH });
    const resume = statistics.seq === null ? {} : { resume: { fleet: statistics.seq } };
    socket.on('error', () => {});
    socket.once('open', () => socket?.send(JSON.stringify({ subscribe: ['fleet'], ...resume })));
    socket.on('message', (data) => statistics.batch(JSON.parse(String(data)) as Batch));
    socket.once('close', () => setTimeout(come, BACK_AFTER_MS));
  };
  come();
  return {
    name: 'WebSocket',
    faults: statistics.faults,
    newestMs: () => statistics.newestMs(),
    end() {
      ended = true;
      socket?.terminate();
    },
  };
}

/** By server-sent events: all couriers. */
export function watchByEvents(url: URL, count: number): LiveWatcher {
  const statistics = new WatchStatistics(count);
  const end = watch(new URL('/v1/live?subscribe=fleet', url), AUTH, ({ data }) =>
    statistics.batch(JSON.parse(data) as Batch),
  );
  return {
    name: 'events',
    faults: statistics.faults,
    newestMs: () => statistics.newestMs(),
    end,
  };
}

/** By polling: all couriers. */
export function watchByPolling(url: URL, count: number): LiveWatcher {
  const statistics = new WatchStatistics(count);
  const abort = new AbortController();
  void (async () => {
    while (!abort.signal.aborted) {
      const since = statistics.seq === null ? '' : `&since=${statistics.seq}`;
      const liveUrl = new URL(`/v1/live?subscribe=fleet${since}`, url);
      const answer = await fetch(liveUrl, { headers: AUTH, signal: abort.signal }).catch(
        () => null,
      );
      if (answer?.ok) {
        const batch = await answer.json().catch(() => null);
        if (batch !== null) statistics.batch(batch as Batch);
      }
      await pause(POLL_EVERY_MS);
    }
  })();
  return {
    name: 'polling',
    faults: statistics.faults,
    newestMs: () => statistics.newestMs(),
    end: () => abort.abort(),
  };
}

/** A parcel's page, through its own stream. */
export function watchPage(url: URL, number: string, token: string): LiveWatcher {
  const statistics = new WatchStatistics(1);
  const path = `/v1/track/fleet/${number}/live?t=${token}`;
  const end = watch(new URL(path, url), {}, ({ event, data }) => {
    if (event !== 'position') return;
    const place = JSON.parse(data) as { readonly updated_at: string } | null;
    if (place !== null) statistics.place('its courier', Date.parse(place.updated_at));
    else if (statistics.newestMs() > 0) statistics.faults.push('there is no place any more');
  });
  return {
    name: 'page',
    faults: statistics.faults,
    newestMs: () => statistics.newestMs(),
    end,
  };
}

/** Reads a stream like a browser: reconnects with the id of the last event. */
function watch(
  url: URL,
  headers: Readonly<Record<string, string>>,
  onEvent: (event: { readonly event: string; readonly data: string }) => void,
): () => void {
  const abort = new AbortController();
  let lastId: string | null = null;
  const read = async (): Promise<void> => {
    const answer = await fetch(url, {
      headers: {
        ...headers,
        accept: 'text/event-stream',
        ...(lastId === null ? {} : { 'last-event-id': lastId }),
      },
      signal: abort.signal,
    });
    if (!answer.ok || answer.body === null) return;
    let text = '';
    const decoder = new TextDecoder();
    const reader = answer.body.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      text += decoder.decode(next.value, { stream: true });
      const frames = text.split('\n\n');
      text = frames.pop() ?? '';
      for (const frame of frames) {
        const member = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1];
        lastId = member('id') ?? lastId;
        const [event, data] = [member('event'), member('data')];
        if (event !== undefined && data !== undefined) onEvent({ event, data });
      }
    }
  };
  void (async () => {
    while (!abort.signal.aborted) {
      await read().catch(() => {});
      await pause(BACK_AFTER_MS);
    }
  })();
  return () => abort.abort();
}
