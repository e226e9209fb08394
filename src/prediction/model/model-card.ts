import { z } from 'zod';
import { instantOrNull, localDateOrNull } from '../../kernel/time/time-kinds.ts';

const share = z.number().min(0).max(1).nullable();
const days = z.number().nullable();

/** What a model was made from, and how accurate its dates were before it was activated. */
export const modelCard = z
  .strictObject({
    /** Deliveries in its training data. */
    parcels: z.number().int().min(0),
    /** Days of the first hand-over and the last known event, in UTC. */
    first_day: localDateOrNull,
    last_day: localDateOrNull,
    seed: z.number().int().min(0),
    /** The last event known to the trees; statistics and calibration may know later ones. */
    trees_at: instantOrNull,
    /** The most important features, with their shares of importance. */
    features: z.array(
      z.strictObject({ name: z.string().max(100), share: z.number().min(0).max(1) }),
    ),
    /** Dates predicted at the hand-over in the last weeks of a replay; null without any. */
    last_weeks: z.strictObject({
      n: z.number().int().min(0),
      mae_days: days,
      late_share: share,
      within_1_day: share,
      bias_days: days,
      coverage_80: share,
      width_80_days: days,
    }),
  })
  .meta({ id: 'ModelCard' });
export type ModelCard = z.infer<typeof modelCard>;
