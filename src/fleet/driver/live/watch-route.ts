import { judgeAnswer, refusalOf } from '../judge-answer.ts';
import type { DriverPorts, StreamTransport, TransportAnswer } from '../ports.ts';
import { backoffMs } from '../sender.ts';
import type { Enrolment } from '../stored.ts';
import type { Refusal } from '../wire.ts';

interface LiveRouteDeps extends Pick<DriverPorts, 'stream' | 'timer' | 'random'> {
  readonly readEnrolment: () => Promise<Enrolment>;
  /** The revision of the route on this phone; null: no route. */
  readonly revision: () => Promise<string | null>;
  /** Fetches the route. Returns false if there was no answer. */
  readonly refresh: () => Promise<boolean>;
  /** Receives the courier's current offers from the hub's stream. */
  readonly offered: (offers: unknown) => void;
  /** Requests the offers. Called if there is no stream. */
  readonly askOffers: () => Promise<unknown>;
  /** Called when the key of `enrolment` is no longer valid. */
  readonly revoke: (enrolment: Enrolment, refusal: Refusal) => Promise<unknown>;
}

/**
 * A stream that is silent for longer than this is broken, because the hub sends something every 20
 * s.
 */
const SILENCE_MS_MAX = 50_000;
/** How often to poll the route without a stream. */
export const POLL_MS = 60_000;
/** Minimum interval between two fetches: loading a van changes the route with every parcel. */
const GAP_MS = 1_000;
const RETRY_MS = 5_000;

/**
 * Updates the route on this phone whenever it changes: through the hub's stream if there is one,
 * otherwise by polling. Ends when the key is revoked.
 * @returns a function that stops it
 */
export function watchRoute(deps: LiveRouteDeps): () => void {
  const liveRoute = new LiveRoute(deps);
  liveRoute.begin();
  return () => liveRoute.end();
}

class LiveRoute {
  readonly #deps: LiveRouteDeps;
  readonly #timers = new Map<'connect' | 'silence' | 'refresh', unknown>();
  #isOver = false;
  #failures = 0;
  #lastId: string | null = null;
  #wanted: string | null = null;
  #isFetching = false;
  #connection: AbortController | null = null;

  constructor(deps: LiveRouteDeps) {
    this.#deps = deps;
  }

  begin(): void {
    void this.#connect().catch(() => this.#reconnectIn(POLL_MS));
  }

  end(): void {
    this.#isOver = true;
    for (const handle of this.#timers.values()) this.#deps.timer.clear(handle);
    this.#connection?.abort();
  }

  async #connect(): Promise<void> {
    const { stream, readEnrolment } = this.#deps;
    const enrolment = await readEnrolment();
    if (this.#isOver || enrolment.revoked !== null) return;
    if (stream === undefined) {
      await this.#poll();
      return this.#reconnectIn(POLL_MS);
    }
    const connection = new AbortController();
    this.#connection = connection;
    const read = frameReader();
    let hasReceived = false;
    const restartSilenceTimer = () =>
      this.#after('silence', SILENCE_MS_MAX, () => connection.abort());
    restartSilenceTimer();
    const answer = await stream(
      {
        url: `${enrolment.hub}/v1/driver/live`,
        headers: {
          authorization: `Bearer ${enrolment.deviceKey}`,
          accept: 'text/event-stream',
          ...(this.#lastId === null ? {} : { 'last-event-id': this.#lastId }),
        },
        signal: connection.signal,
      },
      (text) => {
        restartSilenceTimer();
        hasReceived = true;
        for (const frame of read(text)) this.#receive(frame, enrolment);
      },
    ).catch(() => null);
    this.#deps.timer.clear(this.#timers.get('silence'));
    if (!this.#isOver) await this.#settle(answer, enrolment, hasReceived);
  }

  /** Handles the end of a stream that ended, broke, or was never opened. */
  async #settle(
    answer: TransportAnswer | null,
    enrolment: Enrolment,
    hasReceived: boolean,
  ): Promise<void> {
    this.#failures = hasReceived ? 0 : this.#failures + 1;
    const verdict = answer === null || answer.status === 200 ? null : judgeAnswer(answer);
    if (verdict?.kind === 'revoked') {
      await this.#deps.revoke(enrolment, verdict.refusal);
      return;
    }
    const retryMs = verdict?.kind === 'later' ? verdict.retryAfterMs : null;
    // The next stream brings what was missed meanwhile; without one, poll.
    if (this.#failures > 1) await this.#poll();
    this.#reconnectIn(
      Math.min(backoffMs(this.#failures + 1, this.#deps.random(), retryMs), POLL_MS),
    );
  }

  async #poll(): Promise<void> {
    await this.#deps.refresh();
    await this.#deps.askOffers();
  }

  #receive({ event, id, data }: Frame, enrolment: Enrolment): void {
    if (id !== null) this.#lastId = id;
    const content = objectIn(data);
    if (event === 'ended') {
      this.end();
      void this.#deps.revoke(enrolment, refusalOf(content)).catch(() => {});
      return;
    }
    if (event === 'offers') this.#deps.offered(content['offers']);
    const { revision } = content;
    if (event !== 'route' || typeof revision !== 'string') return;
    this.#wanted = revision;
    if (!this.#isFetching) void this.#fetch();
  }

  /** Fetches the route until this phone has the last announced revision. */
  async #fetch(): Promise<void> {
    if (this.#isOver || this.#wanted === null) return;
    this.#isFetching = true;
    let waitMs: number | null = RETRY_MS;
    try {
      const wanted = this.#wanted;
      if ((await this.#deps.revision()) === wanted) waitMs = null;
      else if (await this.#deps.refresh()) waitMs = GAP_MS;
      if (waitMs !== RETRY_MS && this.#wanted === wanted) this.#wanted = null;
    } catch {
      // The phone's storage failed; try again.
    }
    if (waitMs === null) {
      this.#isFetching = false;
      if (this.#wanted !== null) await this.#fetch();
      return;
    }
    this.#after('refresh', waitMs, () => {
      this.#isFetching = false;
      void this.#fetch();
    });
  }

  #reconnectIn(ms: number): void {
    this.#after('connect', ms, () => this.begin());
  }

  #after(name: 'connect' | 'silence' | 'refresh', ms: number, work: () => void): void {
    const { timer } = this.#deps;
    timer.clear(this.#timers.get(name));
    if (!this.#isOver) this.#timers.set(name, timer.set(work, ms));
  }
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** One server-sent event. */
interface Frame {
  readonly event: string;
  readonly data: string;
  /** The event's id; null: none. */
  readonly id: string | null;
}

/**
 * Maximum length of unfinished text. No event of the hub is longer, so something in between sends
 * other data.
 */
const CHARS_MAX = 1_000_000;

/**
 * Creates a parser for a stream of server-sent events. It throws if the text is not such a stream.
 * @returns a function that takes the next chunk and returns the events it completed.
 */
export function frameReader(): (text: string) => readonly Frame[] {
  let rest = '';
  return (text) => {
    const parts = (rest + text).replaceAll('\r\n', '\n').split('\n\n');
    rest = parts.pop() ?? '';
    if (rest.length > CHARS_MAX) throw new Error('This is no stream of events.');
    return parts.flatMap(readFrame);
  };
}

function readFrame(text: string): readonly Frame[] {
  let event = 'message';
  let id: string | null = null;
  const data: string[] = [];
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^([a-z]+):? ?(.*)$/.exec(line) ?? [];
    if (name === 'event') event = value;
    if (name === 'id') id = value;
    if (name === 'data') data.push(value);
  }
  return data.length === 0 ? [] : [{ event, id, data: data.join('\n') }];
}

/** The part of `fetch` that is used. Browsers and Node.js have it, React Native does not. */
export type StreamFetch = (
  url: string,
  init: {
    readonly headers: Record<string, string>;
    readonly signal: AbortSignal;
    readonly redirect: 'error';
    readonly credentials: 'omit';
    readonly cache: 'no-store';
  },
) => Promise<{
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ReadableStream<Uint8Array> | null;
  text(): Promise<string>;
}>;

/**
 * A transport for streams that uses `fetch`.
 * @param fetch called without a receiver, so that the browser's own can be passed directly.
 */
export function fetchStream(fetch: StreamFetch): StreamTransport {
  return async ({ url, headers, signal }, onText) => {
    const answer = await fetch(url, {
      headers,
      signal,
      redirect: 'error',
      credentials: 'omit',
      cache: 'no-store',
    });
    const header = (name: string) => answer.headers.get(name);
    const isStream = header('content-type')?.startsWith('text/event-stream') === true;
    if (answer.status !== 200 || !isStream || answer.body === null) {
      return { status: answer.status, header, text: await answer.text() };
    }
    const decoder = new TextDecoder();
    const reader = answer.body.getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      onText(decoder.decode(read.value, { stream: true }));
    }
    return { status: 200, header, text: '' };
  };
}
