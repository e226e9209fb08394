import { createRateLimiter, type RateLimiter } from '../../../http/kit/rate-limit.ts';
import {
  type ApiKeysDeps,
  createLiveTickets,
  KEYS_CHANNEL,
  type LiveTickets,
} from '../../../merchants/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Listener } from '../../../platform/database/listen.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { Timers } from '../../../platform/work/timers.ts';
import type { Positions } from '../../positions/index.ts';
import type { Ways } from '../locations/watch-routes.ts';
import { type LiveConnections, watchConnections } from './connections.ts';
import { countPlaces, createLiveGate, type LiveGate, type StreamPlaces } from './live-gate.ts';
import { createLiveHub, type LiveHub } from './live-hub.ts';
import type { ResolveTopicsDeps } from './topics.ts';

export interface LiveDeps extends Omit<ResolveTopicsDeps, 'positions'> {
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
  readonly strangers: RateLimiter;
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
const STRANGERS_BURST = 2_000;
const STRANGERS_PER_S = 50;

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
  const strangers = {
    name: 'live strangers',
    burst: STRANGERS_BURST,
    perS: STRANGERS_PER_S,
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
    strangers: createRateLimiter(strangers),
    ownOrigin: () => new URL(publicUrl()).origin,
    async stop() {
      unlisten();
      for (const end of ends) end();
      hub.stop();
      await connections.stop();
    },
  };
}
