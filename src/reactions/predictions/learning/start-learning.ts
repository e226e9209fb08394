import { schedule } from 'node-cron';
import type { Listener } from '../../../platform/database/listen.ts';
import { waitWhile } from '../../../platform/load/wait-while.ts';
import { lastLearned, MODELS_CHANNEL } from '../models/models.sql.ts';
import type { LearnKind } from './learn-task.ts';
import { type LearningDeps, learnOnce } from './learning.ts';

/**
 * The age of a state from which it is refreshed early: a night was missed, or an older model was
 * reactivated.
 */
const OLD_STATE_MS = 36 * 3_600_000;
const MINUTE_MS = 60_000;

/** Learns on the configured schedule, one task at a time. */
export function startLearning(
  deps: LearningDeps & {
    readonly listener: Pick<Listener, 'on'>;
    /** Whether the hub is too busy: then learning waits until it is not. Absent: never. */
    readonly givesWay?: () => boolean;
  },
): {
  idle(): Promise<void>;
  stop(): Promise<void>;
} {
  const { clock, log, terms, listener, db } = deps;
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();

  function enqueue(work: () => Promise<void>): void {
    running = running.then(async () => {
      await waitWhile(deps.givesWay, { signal: stopping.signal });
      if (stopping.signal.aborted) return;
      await work().catch((err: unknown) => {
        if (stopping.signal.aborted) log.info('learning was stopped; it will run next time');
        else log.warn({ err }, 'learning delivery dates failed and will be retried');
      });
    });
  }

  // All processes are triggered in the same minute, and the first of them does the work.
  const thisMinuteMs = () => Math.floor(clock.nowMs() / MINUTE_MS) * MINUTE_MS;
  const learn = async (kind: LearnKind, dueMs: number): Promise<void> => {
    await learnOnce(deps, { kind, dueMs, signal: stopping.signal });
  };
  const learnWhenDue = (kind: LearnKind) => (): void => {
    const dueMs = thisMinuteMs();
    enqueue(() => learn(kind, dueMs));
  };
  const catchUp = async (): Promise<void> => {
    const { stateMs } = await lastLearned(db.pipeline);
    if (stateMs === null || clock.nowMs() - stateMs < OLD_STATE_MS) return;
    await learn('refresh', thisMinuteMs());
  };

  const timezone = 'UTC';
  const tasks = [
    schedule(terms.refresh, learnWhenDue('refresh'), { timezone }),
    schedule(terms.duel, learnWhenDue('duel'), { timezone }),
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
