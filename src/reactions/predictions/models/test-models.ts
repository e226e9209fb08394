import type { Database } from '../../../platform/database/database.ts';
import { type ModelCard, trainModel } from '../../../prediction/index.ts';
import { packModel } from './active-model.ts';
import { insertModel, type ModelFate } from './models.sql.ts';

const CARD: ModelCard = {
  parcels: 123,
  first_day: '2026-01-05',
  last_day: '2026-03-09',
  seed: 1,
  trees_at: '2026-03-01T00:00:00.000Z',
  features: [{ name: 'distance_km', share: 0.5 }],
  last_weeks: {
    n: 40,
    mae_days: 1.25,
    late_share: 0.3,
    within_1_day: 0.7,
    bias_days: 0.1,
    coverage_80: 0.8,
    width_80_days: 3.5,
  },
};

/**
 * Stores models with these outcomes, in order; returns their versions. Refused models have no
 * state.
 */
export async function storeModels(
  { pipeline }: Pick<Database, 'pipeline'>,
  fates: readonly ModelFate[],
): Promise<readonly number[]> {
  const packed = packModel({ ...trainModel([], 1), card: CARD });
  const versions: number[] = [];
  for (const fate of fates) {
    const state = fate === 'refused' ? { state: null, digest: null } : packed;
    const why = `why <b>${fate}</b>`;
    versions.push(
      await insertModel(pipeline, { fate, why, card: CARD, duel: null, ...state, atMs: 1e12 }),
    );
  }
  return versions;
}
