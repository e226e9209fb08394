import { z } from 'zod';
import type { WarningState } from './decide.ts';

/** A warning's state as it is kept between a parcel's facts. */
export const warningState: z.ZodType<WarningState> = z.object({
  promise: z.string().nullable(),
  isAtRisk: z.boolean(),
  warned: z.array(z.string()),
});
