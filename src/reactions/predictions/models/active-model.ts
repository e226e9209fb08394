import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Listener } from '../../../platform/database/listen.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { openLoop } from '../../../platform/work/loop.ts';
import { unheldTimers } from '../../../platform/work/timers.ts';
import {
  type Learner,
  type Model,
  type ModelCard,
  ModelUnusable,
  modelFromJson,
  modelToJson,
} from '../../../prediction/index.ts';
import { activeMark, activeState, MODELS_CHANNEL, type ModelMark } from './models.sql.ts';

/** A model ready for use. */
export interface CurrentModel {
  readonly version: number;
  readonly learner: Learner;
  readonly card: ModelCard;
}

/** An active model that cannot be used. */
interface ModelProblem {
  readonly version: number;
  readonly what: string;
}

/** The active model of the deployment, loaded in this process; all processes use the same. */
export interface ActiveModel {
  /**
   * Returns the model; null while none can be used: dates then come from the carrier or the rule.
   */
  current(): CurrentModel | null;
  /**
   * Returns why the active model cannot be used, for the readiness check and the list of models;
   * null: it can.
   */
  problem(): ModelProblem | null;
  /** Resolves when everything committed before is loaded. */
  refresh(): Promise<void>;
  /** Resolves when no work is in progress. */
  close(): Promise<void>;
}

interface ActiveModelOptions {
  readonly db: Pick<Database, 'pipeline'>;
  /** Absent: it only polls. */
  readonly listener?: Pick<Listener, 'on'>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly checkEveryMs?: number;
}

/** The interval of checks, which limits the effect of a lost notification. */
const CHECK_EVERY_MS = 30_000;
/**
 * The delay before an unusable model is read again. The database may recover from a wrong answer,
 * but the model is not read at each check.
 */
const RETRY_MS = 600_000;

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

  /**
   * Loads the active model if it differs from the loaded one, or if an unusable one is due to be
   * read again.
   */
  async function load(): Promise<void> {
    const now = await activeMark(db.pipeline);
    const isKnown = mark?.version === now?.version && mark?.digest === now?.digest;
    const isDue = problem !== null && clock.nowMs() - triedAtMs >= RETRY_MS;
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

/** The maximum size of an unpacked model; anything larger is not one of ours. */
const STATE_BYTES_MAX = 512 * 1_048_576;

const unpack = promisify(gunzip);

/** A model in its stored form. */
export interface PackedModel {
  /** gzip of JSON. */
  readonly state: Uint8Array;
  /** SHA-256 of it. */
  readonly digest: Uint8Array;
}

/** Packs a model; the same model gives the same bytes. */
export function packModel(model: Model): PackedModel {
  const state = gzipSync(JSON.stringify(modelToJson(model)));
  return { state, digest: digestOf(state) };
}

/**
 * Unpacks a stored model. Rejects with `ModelUnusable` and the reason if its bytes are no valid
 * model.
 */
export async function unpackModel(stored: {
  readonly state: Uint8Array | null;
  readonly digest: Uint8Array | null;
}): Promise<Model> {
  const { state, digest } = stored;
  if (state === null || digest === null) throw new ModelUnusable('its state was deleted');
  if (!digestOf(state).equals(digest)) {
    throw new ModelUnusable('its state is damaged: the digest does not match');
  }
  const text = await unpack(state, { maxOutputLength: STATE_BYTES_MAX }).catch(() => {
    throw new ModelUnusable('its state is not gzip');
  });
  return modelFromJson(parseState(text.toString('utf8')));
}

function parseState(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ModelUnusable('its state is not JSON');
  }
}

function digestOf(state: Uint8Array): Buffer {
  return createHash('sha256').update(state).digest();
}
