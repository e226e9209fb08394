import { presentSessions } from '../../../platform/process/presence.ts';
import type { DispatchDeps } from './dispatch-deps.ts';
import { endLeasesOf, leaseHolders } from './leases.sql.ts';

/** A session that was cut off is back sooner; a message waits for a dead process twice as long. */
export const ABSENT_MS = 1_000;

/**
 * Ends the leases of processes that have ended: a kill left messages in their hands, which would
 * else stand still for as long as the longest of sends may take. One that is absent at two looks in
 * a row, `ABSENT_MS` apart, has ended. If it has not (only its connection did, for so long), the
 * lease keeps what it still does from counting: it can begin no send, and a send under way is treated
 * as one of a process that died.
 */
export function watchHolders({ db, clock, log, holder }: DispatchDeps): () => Promise<void> {
  let absent: ReadonlySet<number> = new Set();
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  return async () => {
    const nowMs = clock.nowMs();
    if (nowMs - lookedAtMs < ABSENT_MS) return;
    lookedAtMs = nowMs;
    const others = (await leaseHolders(db.pipeline)).filter((each) => each !== holder);
    const present = others.length === 0 ? null : await presentSessions(db.pipeline);
    const gone = others.filter((each) => present?.has(each) === false);
    const dead = gone.filter((each) => absent.has(each));
    absent = new Set(gone);
    if (dead.length === 0) return;
    const messages = await endLeasesOf(db.pipeline, dead, nowMs);
    if (messages > 0) log.info({ messages }, 'messages of a process that has ended are taken up');
  };
}
