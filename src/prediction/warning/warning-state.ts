import { z } from 'zod';
import type { WarningState } from './decide.ts';

/** The schema of a warning state as it is stored between a parcel's events. */
export const warningState: z.ZodType<WarningState> = z.object({
  promise: z.string().nullable(),
  isAtRisk: z.boolean(),
  warned: z.array(z.string()),
});
