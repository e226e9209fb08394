import { z } from 'zod';
import { estimateMembers, estimateMembersOrNull } from '../../../events/estimate-view.ts';
import { instant, localDateOrNull } from '../../../kernel/time/time-kinds.ts';
import { LANGUAGES } from '../../../platform/messages/languages.ts';
import { reason } from '../edd/schema.ts';

export const explanationQuery = z.strictObject({
  language: z.enum(LANGUAGES).default('en').meta({ description: 'The language of `drivers`.' }),
});

const shown = z
  .strictObject({
    whose: z.enum(['ours', 'carrier', 'promise']),
    source: z.enum(['model', 'carrier', 'rule', 'promise']),
    shown_at: instant,
    stage: z.string().meta({ description: 'The status at that time.' }),
    ...estimateMembers,
    delivered_on: localDateOrNull,
    error_days: z
      .int()
      .nullable()
      .meta({ description: 'Positive: it arrived later than estimated.' }),
  })
  .meta({ id: 'ShownDate' });

export const prediction = z
  .strictObject({
    made_at: instant,
    source: z.enum(['model', 'carrier', 'rule', 'none']),
    ...estimateMembersOrNull,
    confidence: z.number().min(0).max(1),
    late: z.boolean(),
    reasons: z.array(reason).meta({ description: 'In the order of the decisions.' }),
    drivers: z
      .array(z.strictObject({ feature: z.string(), days: z.number(), text: z.string() }))
      .meta({ description: 'What influenced the model most, compared with other parcels.' }),
    model_version: z.int().nullable(),
    features_hash: z.string().meta({
      description: 'Identifies all inputs except the time.',
    }),
    miss_probability: z.number().min(0).max(1).nullable().meta({
      description: 'The probability that the promised day is missed. Null: unknown.',
    }),
    at_risk: z.boolean(),
    shown: z.array(shown).meta({ description: 'Every date that was shown, oldest first.' }),
  })
  .meta({ id: 'Prediction' });
