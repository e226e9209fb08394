import { z } from 'zod';
import { instantOrNull, localDateOrNull } from '../../kernel/time/time-kinds.ts';

const share = z.number().min(0).max(1).nullable();
const days = z.number().nullable();

/** What a model was made of and how its dates came true before it was put to use. */
export const modelCard = z
  .strictObject({
    /** Deliveries it learned from. */
    parcels: z.number().int().min(0),
    /** Days of the first hand-over and of the last event it knows of, as in UTC. */
    first_day: localDateOrNull,
    last_day: localDateOrNull,
    seed: z.number().int().min(0),
    /** Until when the trees know of events; statistics and calibration may know of later ones. */
    trees_at: instantOrNull,
    /** What the trees ask about most, by the part of what they tell apart that it tells apart. */
    features: z.array(
      z.strictObject({ name: z.string().max(100), share: z.number().min(0).max(1) }),
    ),
    /** Dates given at hand-over in the last weeks, walking forward; null without any. */
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
