import type { LiveTickets } from '../../../merchants/index.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { startLoop } from '../../../platform/work/loop.ts';
import type { Timers } from '../../../platform/work/timers.ts';

/** A live connection, as those who look after all of them see it. */
export interface LiveConnection {
  readonly keyId: string;
  /** Asks whether the other side is still there; ends the connection when it has not answered the last time. */
  ping(): void;
  /** What opened it opens nothing any more. */
  endRevoked(): void;
  /** The process ends. */
  end(): void;
}

/** Looks after all live connections of a process. */
export interface LiveConnections {
  /** @returns to be called when it is over. */
  add(connection: LiveConnection): () => void;
  /** A key was revoked somewhere: its connections are ended now. */
  checkRevoked(): void;
  stop(): Promise<void>;
}

/** Proxies cut connections that are silent for 30 s or more. */
const PING_EVERY_S = 25;
/** Keys are looked up this often, should word of a revoked one have been lost. */
const CHECK_EVERY_MS = 30_000;
/** A key may have been revoked while a connection was made with it. */
const CHECK_AFTER_MS = 1_000;
const RETRY_MS = 1_000;

export function watchConnections(deps: {
  readonly tickets: Pick<LiveTickets, 'stillGood'>;
  readonly timers: Timers;
  readonly log: Logger;
}): LiveConnections {
  const { tickets, timers, log } = deps;
  // A twenty-fifth of them each second.
  const parts = Array.from({ length: PING_EVERY_S }, () => new Set<LiveConnection>());
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
      for (const connection of parts[turn] ?? []) connection.ping();
    }),
  ];
  const looking = startLoop({
    ...{ run: endRevoked, everyMs: CHECK_EVERY_MS, retryMs: RETRY_MS, timers },
    onFailure: (err) => log.warn({ err }, 'revoked keys were not looked up'),
  });
  return {
    add(connection) {
      next = (next + 1) % PING_EVERY_S;
      const part = parts[next];
      part?.add(connection);
      const { keyId } = connection;
      const others = ofKeys.get(keyId) ?? new Set();
      ofKeys.set(keyId, others.add(connection));
      looking.wake(CHECK_AFTER_MS);
      return () => {
        part?.delete(connection);
        if (others.delete(connection) && others.size === 0) ofKeys.delete(keyId);
      };
    },
    checkRevoked: () => looking.wake(),
    async stop() {
      for (const end of ends) end();
      for (const part of parts) for (const connection of [...part]) connection.end();
      await looking.stop();
    },
  };
}
