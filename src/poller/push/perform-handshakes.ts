import type { CarrierSession } from '../../adapters/contract/pull.ts';
import type { Handshakes, WaitingHandshake } from '../../intake/index.ts';
import type { Clock } from '../../platform/clock.ts';
import {
  type Database,
  type Queryable,
  withTransaction,
} from '../../platform/database/database.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { hasSubscription, settleHandshake } from './subscriptions.sql.ts';

export interface HandshakeDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly handshakes: Pick<Handshakes, 'waiting' | 'done' | 'dropOld'>;
  /** Returns null if that account can no longer make calls. */
  readonly sessionOf: (accountId: string) => Promise<CarrierSession | null>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface HandshakePerformer {
  /**
   * Performs the waiting handshakes, each in one process only; returns how many are now settled.
   */
  perform(): Promise<number>;
}

/**
 * Handshakes read in one pass; only some are performed, because each may take as long as a call.
 */
const READ_MAX = 20;
const PERFORMED_MAX = 3;
/** A carrier may ask for the handshake before its answer to the subscription was recorded. */
const RECORDED_MS = 60_000;
/** The pause after a failure that may be over soon. */
const RETRY_MS = 60_000;

/**
 * Creates what makes the calls that carriers require before a push subscription becomes active. A
 * call that succeeded, or was refused permanently, is never repeated; one that failed is, until it
 * is forgotten.
 */
export function createHandshakePerformer(deps: HandshakeDeps): HandshakePerformer {
  const { db, handshakes, clock, log } = deps;
  const retryAtMs = new Map<string, number>();

  /** Performs one handshake. Returns false if it has to be tried again later. */
  async function performOne(tx: Queryable, waiting: WaitingHandshake): Promise<boolean> {
    const { id, accountId, subscriptionId, carrier } = waiting;
    const isYoung = clock.nowMs() - waiting.requestedAtMs < RECORDED_MS;
    if (isYoung && accountId !== null && !(await hasSubscription(tx, accountId, subscriptionId))) {
      return false;
    }
    const session = accountId === null ? null : await deps.sessionOf(accountId);
    if (session === null || accountId === null) {
      log.warn({ carrier, subscription: subscriptionId }, 'no account can answer the handshake');
      await handshakes.done(tx, id);
      return true;
    }
    const answer = await session.send(waiting.call);
    const verdict = verdictOf(answer.kind === 'http' ? answer.status : null);
    if (verdict === 'later') {
      retryAtMs.set(id, clock.nowMs() + RETRY_MS);
      return false;
    }
    const refusal =
      verdict === 'accepted' || answer.kind !== 'http'
        ? null
        : `the carrier answered the handshake with ${answer.status}`;
    await handshakes.done(tx, id);
    await settleHandshake(tx, accountId, subscriptionId, refusal, clock.nowMs());
    if (refusal !== null) log.warn({ carrier, account: accountId }, refusal);
    return true;
  }

  return {
    async perform() {
      return withTransaction(db.pipeline, async (tx) => {
        const nowMs = clock.nowMs();
        const ready = (await handshakes.waiting(tx, READ_MAX)).filter(
          ({ id }) => (retryAtMs.get(id) ?? 0) <= nowMs,
        );
        let settled = 0;
        for (const each of ready.slice(0, PERFORMED_MAX)) {
          retryAtMs.delete(each.id);
          if (await performOne(tx, each)) settled += 1;
        }
        return settled;
      });
    },
  };
}

/**
 * Returns what an HTTP status means for the handshake.
 *
 * @param status null: no answer came.
 */
function verdictOf(status: number | null): 'accepted' | 'refused' | 'later' {
  if (status === null || status >= 500 || status === 429 || status === 401) return 'later';
  return status >= 200 && status < 300 ? 'accepted' : 'refused';
}
