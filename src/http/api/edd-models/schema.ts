import { z } from 'zod';
import { instant } from '../../../kernel/time/time-kinds.ts';
import { modelCard } from '../../../prediction/index.ts';
import { modelDuel } from '../../../reactions/predictions/index.ts';

const card = modelCard.nullable().meta({
  description: 'Its training data, and how accurate its dates of the last weeks were.',
});
const duel = modelDuel.nullable().meta({
  description:
    'How it and the previous model did on the same weeks: loss (pinball, of ln(days + 1)), coverage and errors.',
});
const knowsUntil = instant.meta({
  description: 'The latest delivery in its statistics and calibration.',
});

/** What merchants see of the active model, which learns from the parcels of all merchants. */
export const eddModel = z
  .strictObject({
    model: z
      .strictObject({
        version: z.int(),
        made_at: instant,
        knows_until: knowsUntil,
        card,
        duel,
      })
      .nullable()
      .meta({ description: 'Null if there is none: dates then come from carriers and the rule.' }),
    problem: z.string().nullable().meta({
      description:
        'Why the active model cannot be used and dates come without it. Null: it can be used, or there is none.',
    }),
  })
  .meta({ id: 'DeliveryDateModel' });

export const eddModelList = z
  .strictObject({
    data: z.array(
      z.strictObject({
        version: z.int(),
        fate: z.enum(['active', 'retired', 'refused']).meta({
          description:
            '`retired`: was active before. `refused`: lost its comparison and never became active.',
        }),
        why: z.string(),
        made_at: instant,
        decided_at: instant,
        knows_until: knowsUntil,
        state: z.enum(['kept', 'dropped', 'damaged']).meta({
          description: 'Only a `kept` one can be reactivated.',
        }),
        card,
        duel,
      }),
    ),
    next_cursor: z.string().nullable(),
    /** Problem of the model that should be active in the responding process. */
    problem: z.string().nullable().meta({
      description: 'Why the active model cannot be used. Null: it can be, or there is none.',
    }),
  })
  .meta({ id: 'DeliveryDateModels' });

export const eddRollback = z.strictObject({
  version: z.int().min(1).max(999_999_999).optional().meta({
    description: 'The model to reactivate. Default: the previous one.',
  }),
});

export const eddRolledBack = z.strictObject({
  version: z.int(),
  instead_of: z.int().nullable(),
});
