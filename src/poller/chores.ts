import type { Handshakes } from '../intake/index.ts';
import type { Logger } from '../platform/observability/log.ts';
import { type Loop, startLoop } from '../platform/work/loop.ts';
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
/** Somebody who has just stored them may be watching. */
const VERIFYING_MS = 5_000;
const TIMERS_MS = 15_000;
const TABLES_MS = 60_000;
const CLEARING_MS = 3_600_000;
/** Of the ledger; budgets look back a day. */
const RETENTION_MS = 3 * 86_400_000;
/** Timers that expired while no process ran are handled in batches, not at once. */
const ROUNDS_MAX = 20;

/** Periodic work, independent of accounts. Each is safe in many processes. */
export function chores(
  deps: ChoresDeps,
  handshakes: HandshakePerformer,
  wake: VerifyWaitingDeps['wake'],
): { stop(): Promise<void> } {
  const timerDeps = { ...deps, planOf: deps.plans.planOf };
  const running = [
    every(deps, HANDSHAKES_MS, 'handshakes', () => handshakes.perform()),
    every(deps, VERIFYING_MS, 'credentials', () =>
      untilNone(() => verifyWaiting({ ...deps, wake })),
    ),
    every(deps, TIMERS_MS, 'timers', () => untilNone(() => runTimers(timerDeps))),
    every(deps, TABLES_MS, 'learned tables', () => deps.policies.refresh()),
    every(deps, CLEARING_MS, 'old rows', async () => {
      await dropOldMinutes(deps.db.pipeline, deps.clock.nowMs() - RETENTION_MS);
      await deps.handshakes.dropOld();
    }),
  ];
  return {
    async stop() {
      await Promise.all(running.map((each) => each.stop()));
    },
  };
}

function every(
  { log }: ChoresDeps,
  everyMs: number,
  chore: string,
  run: () => Promise<unknown>,
): Loop {
  const onFailure = (err: unknown) =>
    log.warn({ err, chore }, 'a periodic task failed and will be retried next time');
  return startLoop({ run, everyMs, onFailure });
}

async function untilNone(step: () => Promise<number>): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) if ((await step()) === 0) return;
}
