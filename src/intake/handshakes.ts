import type { CarrierCall, Handshake } from '../adapters/contract/pull.ts';
import { uuidV7 } from '../kernel/ids.ts';
import type { Clock, RandomBytes } from '../platform/clock.ts';
import type { Database, Queryable } from '../platform/database/database.ts';
import { type Keyring, open, seal } from '../platform/sealing/sealing.ts';
import {
  dropHandshakesBefore,
  endHandshake,
  type HandshakeRow,
  upsertHandshake,
  waitingHandshakes,
} from './handshakes.sql.ts';

/** A push that requested a callback, which is still pending. */
export interface WaitingHandshake extends Handshake {
  readonly id: string;
  /**
   * The account; null if it came to the path of the whole hub, so that no credentials are sent with
   * the call.
   */
  readonly accountId: string | null;
  readonly carrier: string;
  readonly requestedAtMs: number;
}

/**
 * Stores the callbacks that carriers wait for before a push subscription becomes active. The
 * webhook endpoint stores them before it acknowledges, because a carrier that got its 2xx does not
 * ask again; the process with the carriers' sessions performs them.
 */
export interface Handshakes {
  store(carrier: string, accountId: string | null, handshake: Handshake): Promise<void>;
  /**
   * Returns the oldest waiting ones, at most `limit`; their rows stay locked until the transaction
   * ends, so two processes never perform the same one at once.
   */
  waiting(tx: Queryable, limit: number): Promise<readonly WaitingHandshake[]>;
  /** Marks one as done: performed, or given up. */
  done(tx: Queryable, id: string): Promise<void>;
  /** Removes requests older than a carrier waits; returns how many. */
  dropOld(): Promise<number>;
}

interface HandshakesDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

/**
 * How long requests are retained: carriers ask again within minutes or give the subscription up
 * within days.
 */
const RETENTION_MS = 7 * 86_400_000;
/** Rows per statement: few enough not to disturb others. */
const DROPPED_AT_ONCE = 1_000;

export function createHandshakes(deps: HandshakesDeps): Handshakes {
  const { db, keyring, clock } = deps;
  return {
    async store(carrier, accountId, { subscriptionId, call }) {
      const createdAtMs = clock.nowMs();
      const id = uuidV7(createdAtMs, deps.randomBytes(10));
      const sealed = seal(
        keyring,
        Buffer.from(JSON.stringify(call), 'utf8'),
        handshakeSealedFor(id),
      );
      await upsertHandshake(db.pipeline, {
        id,
        accountId,
        carrier,
        subscriptionId,
        call: sealed,
        createdAtMs,
      });
    },
    async waiting(tx, limit) {
      return (await waitingHandshakes(tx, limit)).map((row) => openHandshake(row, keyring));
    },
    async done(tx, id) {
      await endHandshake(tx, id, clock.nowMs());
    },
    dropOld: () => dropHandshakesBefore(db.pipeline, clock.nowMs() - RETENTION_MS, DROPPED_AT_ONCE),
  };
}

function openHandshake(row: HandshakeRow, keyring: Keyring): WaitingHandshake {
  const call = JSON.parse(open(keyring, row.call, handshakeSealedFor(row.id)).toString('utf8'));
  return {
    id: row.id,
    accountId: row.accountId,
    carrier: row.carrier,
    subscriptionId: row.subscriptionId,
    call: call as CarrierCall,
    requestedAtMs: row.createdAtMs,
  };
}

/**
 * Returns the context to which a call is bound, because it may contain a secret of the
 * subscription: it opens in its own row only.
 */
export function handshakeSealedFor(id: string): string {
  return `handshakes.call:${id}`;
}
