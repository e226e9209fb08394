import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Listener } from '../../../platform/database/listen.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { openLoop } from '../../../platform/work/loop.ts';
import { unheldTimers } from '../../../platform/work/timers.ts';
import { type Learner, type ModelCard, ModelUnusable } from '../../../prediction/index.ts';
import { activeMark, activeState, MODELS_CHANNEL, type ModelMark } from './models.sql.ts';
import { unpackModel } from './read-state.ts';

/** A model ready for use. */
export interface CurrentModel {
  readonly version: number;
  readonly learner: Learner;
  readonly card: ModelCard;
}

/** An active model that cannot be used. */
export interface ModelProblem {
  readonly version: number;
  readonly what: string;
}

/** The deployment's model, the same for all processes, in memory. */
export interface ActiveModel {
  /** Null while no model can be used: dates then come from the carrier or the rule. */
  current(): CurrentModel | null;
  /** Why the active model cannot be used; for the readiness check and the list of models. */
  problem(): ModelProblem | null;
  /** Resolves when everything committed before is loaded. */
  refresh(): Promise<void>;
  /** Resolves when no work is in progress. */
  close(): Promise<void>;
}

export interface ActiveModelOptions {
  readonly db: Pick<Database, 'pipeline'>;
  /** Absent: it only polls. */
  readonly listener?: Pick<Listener, 'on'>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly checkEveryMs?: number;
}

/** A lost notification costs at most this. */
const CHECK_EVERY_MS = 30_000;
/** The database may recover from a wrong answer; until then the model is not read at each check. */
const TRY_AGAIN_MS = 600_000;

/**
 * Loads the active model and follows changes. An unusable model counts as none, and is reported:
 * half a model predicts worse than the carrier. Rejects only when the database does not answer.
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
      // Whatever the error: the stored model is at fault, and no parcel may wait for it.
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
