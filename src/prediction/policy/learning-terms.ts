import { validate } from 'node-cron';
import { z } from 'zod';

const schedule = z
  .string()
  .max(100)
  .refine(validate, 'Write five fields as cron has them, in quotes: "17 2 * * *".');
const share = z.number().min(0).max(1);

/** When and from what models are trained, and what a new one must do to be activated. */
export const learningTerms = z.strictObject({
  refresh: schedule,
  duel: schedule,
  months_max: z.int().min(2).max(60),
  journeys_max: z.int().min(1_000).max(2_000_000),
  hold_out_days: z.int().min(3).max(90),
  parcels_min: z.int().min(50).max(1_000_000),
  coverage: z
    .strictObject({ from: share, to: share })
    .refine(({ from, to }) => from < to, { error: '`from` must be below `to`.' }),
  coverage_tolerance: share,
  states_kept: z.int().min(1).max(50),
  seed: z.int().min(0).max(999_999_999),
});
export type LearningTerms = z.output<typeof learningTerms>;
