import { z } from 'zod';
import { instant } from '../../../kernel/time/time-kinds.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import type { ModelCard } from '../../../prediction/index.ts';
import { modelCard } from '../../../prediction/index.ts';
import { activeRow, listedModels, type ModelFate, type ModelRow } from './models.sql.ts';

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

/** The hand-overs on which two models were compared, and the score of each. */
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
  /** Null when the stored model cannot be read. */
  readonly card: ModelCard | null;
  /** Null: it was the first, or cannot be read. */
  readonly duel: ModelDuel | null;
}

/** Newest first. Longer lists are of no use. */
export async function modelList(db: Queryable, limit = 50): Promise<readonly ListedModel[]> {
  return (await listedModels(db, limit)).map(toListed);
}

/** The active one; null: there is none. */
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
