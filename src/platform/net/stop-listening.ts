import { Server } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

/** After this long without a connection, one is unlikely within the next microseconds. */
const QUIET_MS = 100;
/** For busy servers: this long after one connection, all that came with it have been accepted. */
const SETTLED_MS = 1;
/** A longer turn of the event loop did some work, so a connection may have come meanwhile. */
const IDLE_TURN_MS_MAX = 0.3;
/**
 * A loop that has been busy for this long will not become idle, so a turn without a new connection
 * has to suffice.
 */
const REST_MS_MAX = 1_000;
/** If connections come in every single turn, some will be reset; a busy loop takes long turns. */
const WAIT_MS_MAX = 10_000;

/**
 * Stops listening; accepted connections stay open. Closing a listening socket resets connections
 * that have completed their handshake and wait to be accepted, and Linux has no call that closes it
 * for new ones only (a shorter queue drops handshakes half way, which is worse). So the socket is
 * closed some microseconds after the queue was empty, in a turn of the event loop that had nothing
 * to do, or, on a busy server, a moment after one connection came.
 *
 * @param server a `net.Server` or a server built on one.
 * @param atOnce no client connects any more, so there is no moment to wait for.
 * @returns once the socket is closed; the server's `close` event comes with its last connection.
 */
export async function stopListening(server: Server, atOnce = false): Promise<void> {
  if (!server.listening) return;
  if (!atOnce) await untilNothingWaits(server);
  // An HTTP server's own `close` would close its idle connections, too.
  Server.prototype.close.call(server);
}

/**
 * Resolves when no connection is likely to be waiting for acceptance: after a quiet moment, or at
 * the latest after `WAIT_MS_MAX`.
 */
async function untilNothingWaits(server: Server): Promise<void> {
  const startedAtMs = performance.now();
  let cameAtMs: number | null = null;
  const came = (): void => {
    cameAtMs = performance.now();
  };
  server.on('connection', came);
  for (;;) {
    const turnedAtMs = performance.now();
    await turn();
    const nowMs = performance.now();
    const waitedMs = nowMs - startedAtMs;
    if (waitedMs > WAIT_MS_MAX) break;
    // One connection is accepted in each turn; others that came with it still wait.
    if (cameAtMs !== null && cameAtMs >= turnedAtMs) continue;
    if (waitedMs > REST_MS_MAX) break;
    if (nowMs - turnedAtMs > IDLE_TURN_MS_MAX) continue;
    const quietMs = nowMs - (cameAtMs ?? startedAtMs);
    if (quietMs > (cameAtMs === null ? QUIET_MS : SETTLED_MS)) break;
  }
  server.off('connection', came);
}
