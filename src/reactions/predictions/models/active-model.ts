import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Listener } from '../../../platform/database/listen.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { openLoop } from '../../../platform/work/loop.ts';
import { unheldTimers } from '../../../platform/work/timers.ts';
import { type Learner, type ModelCard, ModelUnusable } from '../../../prediction/index.ts';
import { activeMark, activeState, MODELS_CHANNEL, type ModelMark } from './models.sql.ts';
import { unpackModel } from './read-state.ts';

/** A model that is ready to be asked. */
export interface CurrentModel {
  readonly version: number;
  readonly learner: Learner;
  readonly card: ModelCard;
}

/** A model that should be active and cannot be. */
export interface ModelProblem {
  readonly version: number;
  readonly what: string;
}

/** The one model of the deployment, for all processes alike, from memory. */
export interface ActiveModel {
  /** Null while there is none that can be used: dates then come from the carrier or the rule. */
  current(): CurrentModel | null;
  /** Why there is none although one is active; for the readiness and the list of models. */
  problem(): ModelProblem | null;
  /** Resolves when what was committed before is known. */
  refresh(): Promise<void>;
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>;
}

export interface ActiveModelOptions {
  readonly db: Pick<Database, 'pipeline'>;
  /** Absent: it only looks by itself. */
  readonly listener?: Pick<Listener, 'on'>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly checkEveryMs?: number;
}

/** A notification that was lost costs at most this. */
const CHECK_EVERY_MS = 30_000;
/** The database may mend what it gave back wrongly; until then it is not asked at each look. */
const TRY_AGAIN_MS = 600_000;

/**
 * Loads the active model and follows it. A model that cannot be used is none, and is said to be
 * so: half a model predicts worse than the carrier. Rejects only when the database does not answer.
 */
export async function openActiveModel(options: ActiveModelOptions): Promise<ActiveModel> {
  const { db, listener, log, clock } = options;
  let current: CurrentModel | null = null;
  let problem: ModelProblem | null = null;
  let mark: ModelMark | null = null;
  let triedAtMs = 0;

  async function load(): Promise<void> {
    const now = await activeMark(db.pipeline);
    const isKnown = mark?.version === now?.version && mark?.digest === now?.digest;
    const isDue = problem !== null && clock.nowMs() - triedAtMs >= TRY_AGAIN_MS;
    if (isKnown && !isDue) return;
    const stored = await activeState(db.pipeline);
    triedAtMs = clock.nowMs();
    mark = stored && {
      version: stored.version,
      digest: stored.digest?.toString('hex') ?? null,
    };
    if (stored === null) {
      current = null;
      problem = null;
      return;
    }
    const { version } = stored;
    try {
      current = { version, ...(await unpackModel(stored)) };
      problem = null;
      log.info({ version }, 'a model for delivery dates is active');
    } catch (error) {
      // Whatever it is: what was kept is at fault, and no parcel may wait for it.
      current = null;
      problem = { version, what: error instanceof Error ? error.message : String(error) };
      const err = error instanceof ModelUnusable ? undefined : error;
      log.error({ ...problem, err }, 'the active model cannot be used; dates are made without it');
    }
  }

  const loop = await openLoop({
    run: load,
    everyMs: options.checkEveryMs ?? CHECK_EVERY_MS,
    wokenBy: listener && { listener, channel: MODELS_CHANNEL },
    timers: unheldTimers,
    onFailure: (err) => log.debug({ err }, 'the active model could not be read'),
  });
  return {
    current: () => current,
    problem: () => problem,
    refresh: () => loop.now(),
    close: () => loop.stop(),
  };
}
