import { z } from 'zod';
import type { ErrorText } from '../../../kernel/errors.ts';
import { instant } from '../../../kernel/time/time-kinds.ts';
import type { Clock } from '../../../platform/clock.ts';
import {
  type Database,
  type Queryable,
  withTransaction,
} from '../../../platform/database/database.ts';
import { type ModelCard, modelCard } from '../../../prediction/index.ts';
import {
  activate,
  activeMark,
  activeRow,
  announceModels,
  lastRetired,
  listedModels,
  lockModels,
  type ModelFate,
  type ModelRow,
  modelRow,
  retireActive,
} from './models.sql.ts';

const figure = z.number().nullable();

/** The score of one side of a duel. */
const modelScore = z
  .strictObject({
    n: z.number().int(),
    pinball: figure,
    coverage_80: figure,
    width_80_days: figure,
    mae_days: figure,
    bias_days: figure,
    late_share: figure,
    /** On the way, by status; absent if no stops are reported, and for old models. */
    stages: z
      .array(
        z.strictObject({
          status: z.string(),
          n: z.number().int(),
          pinball: figure,
          coverage_80: figure,
        }),
      )
      .default([]),
  })
  .meta({ id: 'ModelScore' });
export type ModelScore = z.output<typeof modelScore>;

/** Acceptances on which two models were compared, and the score of each. */
export const modelDuel = z
  .strictObject({
    judged_from: instant,
    judged_to: instant,
    challenger: modelScore,
    champion: modelScore.nullable(),
  })
  .meta({ id: 'ModelComparison' });
export type ModelDuel = z.output<typeof modelDuel>;

/** A model as it is listed for people and programs. */
export interface ListedModel {
  readonly version: number;
  readonly fate: ModelFate;
  readonly why: string;
  readonly made_at: string;
  readonly decided_at: string;
  /** The time of the latest events in its statistics and calibration. */
  readonly knows_until: string;
  readonly state: ModelRow['state'];
  /** The model's card; null when the stored model cannot be read. */
  readonly card: ModelCard | null;
  /** The duel that the model won or lost; null: it was the first, or cannot be read. */
  readonly duel: ModelDuel | null;
}

/** Lists models, newest first. Longer lists are of no use. */
export async function modelList(db: Queryable, limit = 50): Promise<readonly ListedModel[]> {
  return (await listedModels(db, limit)).map(toListed);
}

/** The active model in its listed form; null: there is none. */
export async function modelInUse(db: Queryable): Promise<ListedModel | null> {
  const row = await activeRow(db);
  return row && toListed(row);
}

function toListed(row: ModelRow): ListedModel {
  const card = modelCard.safeParse(row.card);
  const duel = modelDuel.safeParse(row.duel);
  return {
    version: row.version,
    fate: row.fate,
    why: row.why,
    made_at: timeText(row.madeAtMs),
    decided_at: timeText(row.decidedAtMs),
    knows_until: timeText(row.stateAtMs),
    state: row.state,
    card: card.success ? card.data : null,
    duel: duel.success ? duel.data : null,
  };
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

export type RollbackOutcome =
  | { readonly outcome: 'rolled_back'; readonly from: number | null; readonly to: number }
  | { readonly outcome: 'refused'; readonly why: RollbackRefusal };

/**
 * Why a rollback was refused. `none`: there is no older model to go back to. `unknown`: no such
 * version. `active`: it is active already. `lost`: it was refused, and never active. `dropped`:
 * only its figures are stored. `damaged`: its bytes have changed since they were stored.
 * `conflict`: a concurrent switch was first.
 */
type RollbackRefusal = 'none' | 'unknown' | 'active' | 'lost' | 'dropped' | 'damaged' | 'conflict';

/**
 * Reactivates an older model, in all processes within seconds. Its statistics are those of its last
 * day; the next refresh updates them.
 *
 * @param version the version to activate; null: the one that was active before.
 * @param by the actor shown in the list.
 */
export async function rollBack(
  { db, clock }: { readonly db: Pick<Database, 'pipeline'>; readonly clock: Clock },
  version: number | null,
  by: string,
): Promise<RollbackOutcome> {
  return withTransaction(db.pipeline, async (tx): Promise<RollbackOutcome> => {
    const mark = await activeMark(tx);
    if (!(await lockModels(tx, mark))) return { outcome: 'refused', why: 'conflict' };
    const target = await (version === null ? lastRetired(tx) : modelRow(tx, version));
    const why = refusal(target, version);
    if (why !== null || target === null) return { outcome: 'refused', why: why ?? 'none' };
    const to = target.version;
    const nowMs = clock.nowMs();
    const from = await retireActive(tx, `rolled back by ${by}, to version ${to}`, nowMs);
    const instead = from === null ? '' : `, replacing version ${from}`;
    await activate(tx, to, `reactivated by ${by}${instead}`, nowMs);
    await announceModels(tx);
    return { outcome: 'rolled_back', from, to };
  });
}

function refusal(target: ModelRow | null, version: number | null): RollbackRefusal | null {
  if (target === null) return version === null ? 'none' : 'unknown';
  if (target.fate === 'active') return 'active';
  if (target.fate === 'refused') return 'lost';
  return target.state === 'kept' ? null : target.state;
}

/** The messages about refused rollbacks for people, with what to do. */
export const ROLLBACK_REFUSALS: Readonly<Record<RollbackRefusal, ErrorText>> = {
  none: 'estimates.noOlderModel',
  unknown: 'estimates.noSuchVersion',
  active: 'estimates.modelAlreadyActive',
  lost: 'estimates.modelNeverActive',
  dropped: 'estimates.onlyFiguresStored',
  damaged: 'estimates.storedModelDamaged',
  conflict: 'estimates.modelsSwitchedMeanwhile',
};
