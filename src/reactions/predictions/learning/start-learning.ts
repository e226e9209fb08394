import { schedule } from 'node-cron';
import type { Listener } from '../../../platform/database/listen.ts';
import { lastLearned, MODELS_CHANNEL } from '../models/models.sql.ts';
import type { LearnKind } from './learn-task.ts';
import { type LearningDeps, learnOnce } from './learning.ts';

/** A night was missed, or a model was reactivated: then it is refreshed out of turn. */
const OLD_STATE_MS = 36 * 3_600_000;
const MINUTE_MS = 60_000;

/** Learns as the settings say, one thing after another. */
export function startLearning(deps: LearningDeps & { readonly listener: Pick<Listener, 'on'> }): {
  idle(): Promise<void>;
  stop(): Promise<void>;
} {
  const { clock, log, terms, listener, db } = deps;
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();

  function enqueue(work: () => Promise<void>): void {
    running = running.then(async () => {
      if (stopping.signal.aborted) return;
      await work().catch((err: unknown) => {
        if (stopping.signal.aborted) log.info('learning was stopped; it will run next time');
        else log.warn({ err }, 'learning delivery dates failed and will be retried');
      });
    });
  }

  const learn = async (kind: LearnKind): Promise<void> => {
    // All processes are told in the same minute, and the first of them does it.
    const dueMs = Math.floor(clock.nowMs() / MINUTE_MS) * MINUTE_MS;
    await learnOnce(deps, { kind, dueMs, signal: stopping.signal });
  };
  const catchUp = async (): Promise<void> => {
    const { stateMs } = await lastLearned(db.pipeline);
    if (stateMs === null || clock.nowMs() - stateMs < OLD_STATE_MS) return;
    await learn('refresh');
  };

  const timezone = 'UTC';
  const tasks = [
    schedule(terms.refresh, () => enqueue(() => learn('refresh')), { timezone }),
    schedule(terms.duel, () => enqueue(() => learn('duel')), { timezone }),
  ];
  const unsubscribe = listener.on(MODELS_CHANNEL, () => enqueue(catchUp));
  enqueue(catchUp);
  return {
    idle: () => running,
    async stop() {
      stopping.abort(new Error('stopping'));
      unsubscribe();
      await Promise.all(tasks.map((task) => task.destroy()));
      await running;
    },
  };
}
