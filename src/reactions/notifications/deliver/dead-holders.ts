import { presentSessions } from '../../../platform/process/presence.ts';
import type { DispatchDeps } from './dispatch-deps.ts';
import { endLeasesOf, leaseHolders } from './leases.sql.ts';

/** A dropped session reconnects sooner; a message waits twice this long for a dead process. */
export const ABSENT_MS = 1_000;

/**
 * Ends the leases of dead processes, whose messages would otherwise wait as long as the longest
 * send may take. A process absent at two checks in a row, `ABSENT_MS` apart, is dead. If only its
 * connection was lost for that long, the ended lease invalidates its further work: it cannot start
 * a send, and a send in progress is treated like one of a dead process.
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
