import { schedule } from 'node-cron';
import type { Clock } from '../../../platform/clock.ts';
import { withAdvisoryLocks } from '../../../platform/database/advisory-lock.ts';
import {
  type Database,
  type Transaction,
  withTransaction,
} from '../../../platform/database/database.ts';
import type { Listener } from '../../../platform/database/listen.ts';
import { waitWhile } from '../../../platform/load/wait-while.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { LearningTerms } from '../../../prediction/index.ts';
import {
  announceModels,
  dropOldStates,
  insertModel,
  lastLearned,
  lockModels,
  MODELS_CHANNEL,
  replaceState,
  retireActive,
} from '../models/models.sql.ts';
import { duelJson } from './learn.ts';
import type { LearnInChildProcess, LearnKind, LearnResult } from './learn-task.ts';

export interface LearningDeps {
  readonly db: Pick<Database, 'pipeline'>;
  /** For the child process, which has connections of its own. */
  readonly databaseUrl: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly terms: LearningTerms;
  readonly learn: LearnInChildProcess;
}

/** The result of a learning run. */
export interface LearnReport {
  /**
   * `first`, `won`, `refreshed`: another state is active. `lost`: the challenger was not better.
   * `too_few`: there was too little data. `nothing`: there was nothing to refresh, so a
   * duel follows; never reported. `busy`: another process is learning. `done`: another has already
   * done it. `overtaken`: somebody switched models meanwhile, so nothing was changed.
   */
  readonly outcome: LearnResult['outcome'] | 'busy' | 'done' | 'overtaken';
  /** The version of the new model or state; null if there is none. */
  readonly version: number | null;
  readonly why: string;
  readonly parcels: number;
  readonly leftOut: number;
}

/** The lock that is held during learning: a second run would do the same work for nothing. */
const LOCK = { lockClass: 0x5742_0019, keys: [1] } as const;

interface LearnOptions {
  readonly kind: LearnKind;
  /**
   * The time since when another process may have done the work, so that it is skipped; null: it is
   * never skipped.
   */
  readonly dueMs: number | null;
  readonly signal: AbortSignal;
}

/**
 * Learns once, in one process at a time. A refresh without a usable active model becomes a duel:
 * the first model is created as soon as there are enough parcels. Rejects when the child process
 * fails or is stopped; then nothing has changed.
 */
export async function learnOnce(deps: LearningDeps, options: LearnOptions): Promise<LearnReport> {
  const report = await withAdvisoryLocks(deps.db.pipeline, LOCK, async () => {
    if (await isDone(deps, options))
      return unchanged('done', 'another process has done it already');
    const nowMs = deps.clock.nowMs();
    const result = await runLearning(deps, options, nowMs);
    const decided = await applyResult(deps, result, nowMs);
    const { version, outcome, why, parcels, leftOut } = decided;
    deps.log.info({ version, outcome, why, parcels, left_out: leftOut }, 'learned delivery dates');
    return decided;
  });
  return report ?? unchanged('busy', 'another process is learning');
}

async function isDone(
  { db }: LearningDeps,
  { kind, dueMs }: Pick<LearnOptions, 'kind' | 'dueMs'>,
): Promise<boolean> {
  if (dueMs === null) return false;
  const { madeMs, stateMs } = await lastLearned(db.pipeline);
  return ((kind === 'duel' ? madeMs : stateMs) ?? Number.NEGATIVE_INFINITY) >= dueMs;
}

async function runLearning(
  { learn, databaseUrl, terms }: LearningDeps,
  { kind, signal }: LearnOptions,
  nowMs: number,
): Promise<LearnResult> {
  const task = { databaseUrl, terms, nowMs };
  const result = await learn({ ...task, kind }, signal);
  return result.outcome === 'nothing' ? learn({ ...task, kind: 'duel' }, signal) : result;
}

/** Stores the result, if the model it was compared with is still active. */
async function applyResult(
  { db, terms }: LearningDeps,
  result: LearnResult,
  atMs: number,
): Promise<LearnReport> {
  const { parcels, leftOut, outcome } = result;
  const report = { parcels, leftOut, outcome };
  if (result.outcome === 'too_few' || result.outcome === 'nothing') {
    return { ...report, version: null, why: result.why };
  }
  return withTransaction(db.pipeline, async (tx): Promise<LearnReport> => {
    if (!(await lockModels(tx, result.active))) {
      const why = 'another model has become active';
      return { ...report, outcome: 'overtaken', version: null, why };
    }
    const version = await writeModel(tx, result, atMs);
    await dropOldStates(tx, terms.states_kept);
    await announceModels(tx);
    const why =
      result.outcome === 'refreshed'
        ? 'the active model now includes everything so far'
        : result.why;
    return { ...report, version, why };
  });
}

type Decided = Exclude<LearnResult, { outcome: 'too_few' | 'nothing' }>;

async function writeModel(tx: Transaction, result: Decided, atMs: number): Promise<number> {
  const { card } = result;
  if (result.outcome === 'refreshed') {
    const version = result.active?.version ?? 0;
    await replaceState(tx, version, { card, ...result.packed, atMs });
    return version;
  }
  const { why } = result;
  const duel = duelJson(result.duel);
  if (result.outcome === 'lost') {
    const none = { state: null, digest: null };
    return insertModel(tx, { fate: 'refused', why, card, duel, ...none, atMs });
  }
  await retireActive(tx, `replaced by the next: ${why}`, atMs);
  return insertModel(tx, { fate: 'active', why, card, duel, ...result.packed, atMs });
}

function unchanged(outcome: 'busy' | 'done', why: string): LearnReport {
  return { outcome, version: null, why, parcels: 0, leftOut: 0 };
}

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
