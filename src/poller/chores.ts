import type { Handshakes } from '../intake/index.ts';
import type { Logger } from '../platform/observability/log.ts';
import { dropOldMinutes } from './budget/ledger.sql.ts';
import type { Plans } from './due/plans.ts';
import { runTimers, type TimerDeps } from './due/run-timers.ts';
import type { HandshakePerformer } from './push/perform-handshakes.ts';
import type { PoliciesInUse } from './relearn/policies-in-use.ts';
import { type VerifyWaitingDeps, verifyWaiting } from './verify/verify-waiting.ts';

export interface ChoresDeps extends Omit<TimerDeps, 'planOf'>, Omit<VerifyWaitingDeps, 'wake'> {
  readonly log: Logger;
  readonly plans: Plans;
  readonly policies: PoliciesInUse;
  readonly handshakes: Pick<Handshakes, 'dropOld'>;
}

const HANDSHAKES_MS = 3_000;
/** Somebody who has just stored them may be looking. */
const VERIFYING_MS = 5_000;
const TIMERS_MS = 15_000;
const TABLES_MS = 60_000;
const CLEARING_MS = 3_600_000;
/** Of the ledger; budgets look back a day. */
const KEPT_MS = 3 * 86_400_000;
/** Timers that ran down while nobody looked are worked off in batches, not in one go. */
const ROUNDS_MAX = 20;

/** What is to be done now and then, whatever accounts there are. Each is safe in many processes. */
export function chores(
  deps: ChoresDeps,
  handshakes: HandshakePerformer,
  wake: VerifyWaitingDeps['wake'],
): { stop(): Promise<void> } {
  const timerDeps = { ...deps, planOf: deps.plans.planOf };
  const running = [
    every(deps, HANDSHAKES_MS, 'handshakes', () => handshakes.perform()),
    every(deps, VERIFYING_MS, 'credentials', async () => {
      for (let round = 0; round < ROUNDS_MAX; round += 1) {
        if ((await verifyWaiting({ ...deps, wake })) === 0) return;
      }
    }),
    every(deps, TIMERS_MS, 'timers', async () => {
      for (let round = 0; round < ROUNDS_MAX; round += 1) {
        if ((await runTimers(timerDeps)) === 0) return;
      }
    }),
    every(deps, TABLES_MS, 'learned tables', () => deps.policies.refresh()),
    every(deps, CLEARING_MS, 'old rows', async () => {
      await dropOldMinutes(deps.db.pipeline, deps.clock.nowMs() - KEPT_MS);
      await deps.handshakes.dropOld();
    }),
  ];
  return {
    async stop() {
      await Promise.all(running.map((each) => each.stop()));
    },
  };
}

/** One after the other, never two of a kind at once. */
function every(
  { log }: ChoresDeps,
  ms: number,
  chore: string,
  work: () => Promise<unknown>,
): { stop(): Promise<void> } {
  let current: Promise<unknown> | null = null;
  const timer = setInterval(() => {
    current ??= work()
      .catch((err: unknown) => log.warn({ err, chore }, 'a chore failed and is tried next time'))
      .finally(() => {
        current = null;
      });
  }, ms);
  return {
    async stop() {
      clearInterval(timer);
      await current;
    },
  };
}
