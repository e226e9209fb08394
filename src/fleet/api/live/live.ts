import type { ServerResponse } from 'node:http';
import { createRateLimiter, type RateLimiter } from '../../../http/kit/rate-limit.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import {
  type ApiKeysDeps,
  createLiveTickets,
  KEYS_CHANNEL,
  type LiveTickets,
} from '../../../merchants/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Listener } from '../../../platform/database/listen.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { startLoop } from '../../../platform/work/loop.ts';
import type { Timers } from '../../../platform/work/timers.ts';
import type { Positions } from '../../positions/index.ts';
import type { Ways } from '../locations/watch-routes.ts';
import type { Watcher } from './batch-sender.ts';
import { countPlaces, createLiveGate, type LiveGate, type StreamPlaces } from './live-gate.ts';
import { createLiveHub, type LiveHub, type WantedTopic } from './live-hub.ts';
import type { ResolveTopicsDeps } from './topics.ts';

interface LiveDeps extends Omit<ResolveTopicsDeps, 'positions'> {
  readonly keys: ApiKeysDeps;
  readonly positions: Positions;
  readonly ways: Ways;
  readonly listener: Pick<Listener, 'on'>;
  /** The hub's public URL, without a trailing slash. */
  readonly publicUrl: () => string;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Everything needed to serve live screens. */
export interface Live {
  readonly hub: LiveHub;
  readonly gate: LiveGate;
  readonly tickets: LiveTickets;
  readonly connections: LiveConnections;
  readonly places: StreamPlaces;
  readonly resolving: ResolveTopicsDeps;
  /** Limits clients with tickets, by address. */
  readonly ticketClients: RateLimiter;
  readonly publicUrl: () => string;
  readonly ownOrigin: () => string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly listener: Pick<Listener, 'on'>;
  /** Calls back when all connections must end. */
  onStop(end: () => void): void;
  /** Ends all connections; call it before closing the server. */
  stop(): Promise<void>;
}

/** All screens of an office behind one address, after a restart. */
const TICKETS_BURST = 2_000;
const TICKETS_PER_S = 50;

/** Opens everything needed to serve live screens. */
export function openLive(deps: LiveDeps): Live {
  const { keys, positions, ways, listener, timers, clock, log, publicUrl } = deps;
  const { places, feed } = positions;
  const hub = createLiveHub({ places, feed, ways, timers, clock, log });
  const tickets = createLiveTickets(keys);
  const connections = watchConnections({ tickets, timers, log });
  const gate = createLiveGate(keys);
  const unlisten = listener.on(KEYS_CHANNEL, () => {
    gate.forget();
    connections.checkRevoked();
  });
  const ends: (() => void)[] = [];
  const ticketLimit = {
    name: 'live tickets',
    burst: TICKETS_BURST,
    perS: TICKETS_PER_S,
    clock,
  };
  return {
    hub,
    tickets,
    connections,
    publicUrl,
    clock,
    timers,
    listener,
    resolving: deps,
    onStop: (end) => void ends.push(end),
    gate,
    places: countPlaces(),
    ticketClients: createRateLimiter(ticketLimit),
    ownOrigin: () => new URL(publicUrl()).origin,
    async stop() {
      unlisten();
      for (const end of ends) end();
      hub.stop();
      await connections.stop();
    },
  };
}

/** A live connection, as seen by the code that supervises all of them. */
interface LiveConnection {
  readonly keyId: string;
  /** Pings the client; ends the connection when the previous ping was not answered. */
  ping(): void;
  /** Ends the connection because its key was revoked. */
  endRevoked(): void;
  /** Ends the connection because the process stops. */
  end(): void;
}

/** Supervises all live connections of a process. */
interface LiveConnections {
  /** @returns a function to call when the connection has ended. */
  add(connection: LiveConnection): () => void;
  /**
   * Ends the connections of keys that have been revoked; called when a key was revoked anywhere.
   */
  checkRevoked(): void;
  stop(): Promise<void>;
}

/** Proxies cut connections that are silent for 30 s or more. */
const PING_EVERY_S = 25;
/** Interval of key checks, in case a revocation message was lost. */
const CHECK_EVERY_MS = 30_000;
/**
 * Delay of a check for new connections: the key may have been revoked while one was being opened.
 */
const CHECK_AFTER_MS = 1_000;
const RETRY_MS = 1_000;

/** Creates the supervision of this process's live connections: pings, and checks of their keys. */
export function watchConnections(deps: {
  readonly tickets: Pick<LiveTickets, 'stillGood'>;
  readonly timers: Timers;
  readonly log: Logger;
}): LiveConnections {
  const { tickets, timers, log } = deps;
  // Each second, one of 25 groups is pinged.
  const pingGroups = Array.from({ length: PING_EVERY_S }, () => new Set<LiveConnection>());
  const ofKeys = new Map<string, Set<LiveConnection>>();
  let next = 0;
  let turn = 0;

  async function endRevoked(): Promise<void> {
    const keys = [...ofKeys.keys()];
    if (keys.length === 0) return;
    const good = await tickets.stillGood(keys);
    for (const keyId of keys) {
      if (good.has(keyId)) continue;
      for (const connection of [...(ofKeys.get(keyId) ?? [])]) connection.endRevoked();
    }
  }

  const ends = [
    timers.every(1_000, () => {
      turn = (turn + 1) % PING_EVERY_S;
      for (const connection of pingGroups[turn] ?? []) connection.ping();
    }),
  ];
  const checkingKeys = startLoop({
    run: endRevoked,
    everyMs: CHECK_EVERY_MS,
    retryMs: RETRY_MS,
    timers,
    onFailure: (err) => log.warn({ err }, 'the check for revoked keys failed'),
  });
  return {
    add(connection) {
      next = (next + 1) % PING_EVERY_S;
      const group = pingGroups[next];
      group?.add(connection);
      const { keyId } = connection;
      const others = ofKeys.get(keyId) ?? new Set();
      ofKeys.set(keyId, others.add(connection));
      checkingKeys.wake(CHECK_AFTER_MS);
      return () => {
        group?.delete(connection);
        if (others.delete(connection) && others.size === 0) ofKeys.delete(keyId);
      };
    },
    checkRevoked: () => checkingKeys.wake(),
    async stop() {
      for (const end of ends) end();
      for (const group of pingGroups) for (const connection of [...group]) connection.end();
      await checkingKeys.stop();
    },
  };
}

/** How long a client waits before it reconnects. */
const RECONNECT_MS = 3_000;
/** Heartbeats without any byte read by the client, after which it is considered gone. */
const SILENT_BEATS_MAX = 2;

/** The hub's side of one stream of server-sent events. */
export function openStream(
  response: Pick<ServerResponse, 'write' | 'end' | 'destroy' | 'on'>,
  { hub, connections }: Pick<Live, 'hub' | 'connections'>,
  wanted: {
    /** Tenants, with the topics to send of each. */
    readonly rooms: readonly {
      readonly tenant: Tenant;
      readonly topics: ReadonlyMap<string, WantedTopic>;
    }[];
    readonly keyId: string;
    readonly since: number | null;
    readonly leave: () => void;
  },
): void {
  let isBlocked = false;
  let silentBeats = 0;
  const write = (text: string): void => {
    isBlocked = !response.write(text);
  };
  const rooms = wanted.rooms.map(({ tenant, topics }) => {
    const watcher: Watcher = { isBlocked: () => isBlocked, send: (batch) => write(batch.event) };
    return { topics, subscription: hub.join(tenant, watcher) };
  });
  const forget = connections.add({
    keyId: wanted.keyId,
    ping() {
      if (!isBlocked) {
        write(': still here\n\n');
        return;
      }
      silentBeats += 1;
      if (silentBeats >= SILENT_BEATS_MAX) response.destroy();
    },
    endRevoked: () => response.end(),
    end: () => response.end(),
  });
  response.on('drain', () => {
    isBlocked = false;
    silentBeats = 0;
  });
  response.on('error', () => response.destroy());
  response.on('close', () => {
    for (const { subscription } of rooms) subscription.end();
    forget();
    wanted.leave();
  });
  write(`retry: ${RECONNECT_MS}\n\n`);
  for (const { topics, subscription } of rooms) {
    for (const [name, topic] of topics) subscription.add(name, topic, wanted.since);
  }
}
