import { Server } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

/** Nobody came for so long: nobody is likely to come in the next microseconds. */
const QUIET_MS = 100;
/** Where connections keep coming: so long after one all that came with it have been taken. */
const SETTLED_MS = 1;
/** A turn of the event loop that takes longer did something, and somebody may have come meanwhile. */
const IDLE_TURN_MS_MAX = 0.3;
/** A loop that is never at rest for so long will not be: a turn in which nobody came has to do. */
const REST_MS_MAX = 1_000;
/** Where somebody comes in every single turn, some will be reset; a busy loop takes long turns. */
const WAIT_MS_MAX = 10_000;

/**
 * Stops listening; connections that were accepted stay as they are. Closing a listening socket
 * resets those that are through their handshake and wait to be accepted, and Linux has no call that
 * closes it for new ones only (a shorter queue drops handshakes half way, which is worse). So it is
 * closed some microseconds after the queue was seen empty, in a turn of the event loop that found
 * nothing to do; and where connections keep coming, a moment after one came.
 *
 * @param server a `net.Server` or what is built on one.
 * @param atOnce nobody connects any more: there is no moment to wait for.
 * @returns once the socket is closed; the server's `close` event comes with its last connection.
 */
export async function stopListening(server: Server, atOnce = false): Promise<void> {
  if (!server.listening) return;
  if (!atOnce) await goodMoment(server);
  // An HTTP server's own `close` would close its idle connections, too.
  Server.prototype.close.call(server);
}

async function goodMoment(server: Server): Promise<void> {
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
    // One is accepted in each turn: whoever came with it still waits.
    if (cameAtMs !== null && cameAtMs >= turnedAtMs) continue;
    if (waitedMs > REST_MS_MAX) break;
    if (nowMs - turnedAtMs > IDLE_TURN_MS_MAX) continue;
    const quietMs = nowMs - (cameAtMs ?? startedAtMs);
    if (quietMs > (cameAtMs === null ? QUIET_MS : SETTLED_MS)) break;
  }
  server.off('connection', came);
}
