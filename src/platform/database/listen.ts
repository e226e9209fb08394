import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type PresenceKind, presenceStatement } from '../process/presence.ts';
import { openClient } from './hosts/connect.ts';

/** The application name of the connection that every process of a hub has open. */
export const LISTENER_NAME = 'waybill listen';

/**
 * One connection that receives NOTIFY for the whole process. A notification is only a hint to
 * check. Hints are lost while the connection is down, so after each (re)connect every listener is
 * called once, as if it had received one.
 */
export interface Listener {
  /**
   * Subscribes to a channel.
   *
   * @param handler receives the payload; null means "check, something may have been missed".
   * @returns ends the subscription.
   */
  on(channel: string, handler: ListenHandler): () => void;
  /** Resolves when the first connection is open; rejects if `close` is called before. */
  readonly ready: Promise<void>;
  /**
   * A random number of 31 bits by which others recognise that this process is connected
   * (presence.ts).
   */
  readonly session: number;
  /** Lets others see the session as one of this kind, too. */
  show(kind: PresenceKind): Promise<void>;
  close(): Promise<void>;
}

type ListenHandler = (payload: string | null) => void;

interface ListenerOptions {
  readonly url: string;
  /** Called each time the connection broke or could not be made. */
  readonly onLost?: (error: Error) => void;
}

const FIRST_WAIT_MS = 50;
const WAIT_MS_MAX = 5_000;
/** A connection that died without notice is detected by a query, at the latest after this time. */
const PING_EVERY_MS = 30_000;
const PING_MS_MAX = 5_000;
const CHANNEL = /^[a-z_][a-z0-9_]{0,62}$/;

/** Opens the listener, which reconnects until it is closed. */
export function openListener(options: ListenerOptions): Listener {
  const session = randomInt(2 ** 31);
  const channels = new Map<string, Set<ListenHandler>>();
  const shown = new Set<PresenceKind>(['process']);
  const abort = new AbortController();
  let client: pg.Client | null = null;
  let isReady = (): void => {};
  const ready = new Promise<void>((resolve, reject) => {
    isReady = resolve;
    abort.signal.addEventListener('abort', () => reject(new Error('closed before connected')));
  });
  ready.catch(() => {}); // callers that do not await it need not handle it

  const serve = async (fresh: pg.Client): Promise<void> => {
    fresh.on('notification', ({ channel, payload }) =>
      callAll(channels.get(channel), payload ?? ''),
    );
    for (const kind of shown) await sendInTurn(fresh, presenceStatement(session, kind));
    for (const channel of channels.keys()) await sendInTurn(fresh, `listen ${channel}`);
    client = fresh;
    isReady();
    for (const handlers of channels.values()) callAll(handlers, null);
  };
  const running = keepConnected(options, abort.signal, serve, () => {
    client = null;
  });

  return {
    ready,
    session,
    on(channel, handler) {
      if (!CHANNEL.test(channel)) throw new Error(`"${channel}" is not a channel name`);
      const handlers = channels.get(channel) ?? new Set();
      if (!channels.has(channel)) {
        channels.set(channel, handlers);
        // A failure here means that the connection broke; reconnecting listens to all channels.
        if (client !== null) sendInTurn(client, `listen ${channel}`).catch(() => {});
      }
      handlers.add(handler);
      return () => void handlers.delete(handler);
    },
    async show(kind) {
      shown.add(kind);
      if (client !== null) await sendInTurn(client, presenceStatement(session, kind));
    },
    async close() {
      abort.abort();
      await running;
    },
  };
}

const listening = new WeakMap<pg.Client, Promise<unknown>>();

/**
 * Sends one statement after another: the driver accepts none before the previous one is answered.
 */
function sendInTurn(client: pg.Client, text: string): Promise<unknown> {
  const before = listening.get(client) ?? Promise.resolve();
  const answer = before.catch(() => {}).then(() => client.query(text));
  listening.set(client, answer);
  return answer;
}

function callAll(handlers: ReadonlySet<ListenHandler> | undefined, payload: string | null): void {
  for (const handle of handlers ?? []) handle(payload);
}

/**
 * Connects again whenever the connection ends, after increasing waits, until the signal is aborted.
 */
async function keepConnected(
  { url, onLost }: ListenerOptions,
  signal: AbortSignal,
  serve: (client: pg.Client) => Promise<void>,
  onDown: () => void,
): Promise<void> {
  let waitMs = FIRST_WAIT_MS;
  while (!signal.aborted) {
    const client = openClient(url, {
      application_name: LISTENER_NAME,
      connectionTimeoutMillis: PING_MS_MAX,
      keepAlive: true,
    });
    const broken = new Promise<Error>((resolve) => {
      client.on('error', resolve);
      client.once('end', () => resolve(new Error('the connection ended')));
    });
    try {
      await client.connect();
      await serve(client);
      waitMs = FIRST_WAIT_MS;
      throw await untilDown(client, broken, signal);
    } catch (error) {
      if (!signal.aborted) onLost?.(error instanceof Error ? error : new Error(String(error)));
    }
    onDown();
    await client.end().catch(() => {});
    await sleep(waitMs, undefined, { signal }).catch(() => {});
    waitMs = Math.min(waitMs * 2, WAIT_MS_MAX);
  }
}

/**
 * Resolves with the reason why the connection ended; checks at intervals whether it still works.
 */
async function untilDown(
  client: pg.Client,
  broken: Promise<Error>,
  signal: AbortSignal,
): Promise<Error> {
  const stop = new AbortController();
  const closing = new Promise<Error>((resolve) => {
    signal.addEventListener('abort', () => resolve(new Error('closed')), { signal: stop.signal });
  });
  try {
    while (!signal.aborted) {
      const pause = sleep(PING_EVERY_MS, null, { signal: stop.signal }).catch(() => null);
      const down = await Promise.race([broken, closing, pause]);
      if (down !== null) return down;
      const late = sleep(PING_MS_MAX, new Error('no answer'), { signal: stop.signal });
      const failure = await Promise.race([sendInTurn(client, 'select').then(() => null), late]);
      if (failure !== null) return failure;
    }
    return new Error('closed');
  } finally {
    stop.abort();
  }
}
