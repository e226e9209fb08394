import { z } from 'zod';
import { instant } from '../../../kernel/time/time-kinds.ts';
import { modelCard } from '../../../prediction/index.ts';
import { modelDuel } from '../../../reactions/predictions/index.ts';

const card = modelCard.nullable().meta({
  description: 'What it was made of, and how its dates of the last weeks came true.',
});
const duel = modelDuel.nullable().meta({
  description:
    'How it and the model before it did on the same weeks: loss (pinball, of ln(days + 1)), coverage and errors.',
});
const knowsUntil = instant.meta({
  description: 'Until when its statistics and calibration know of deliveries.',
});

/** What merchants are told of the model in force: it learns from parcels of all of them. */
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
      .meta({ description: 'Null while there is none: dates come from carriers and the rule.' }),
    problem: z.string().nullable().meta({
      description:
        'Why the model in force cannot be used, so that dates come without it; null: it can, or there is none.',
    }),
  })
  .meta({ id: 'DeliveryDateModel' });

export const eddModelList = z
  .strictObject({
    data: z.array(
      z.strictObject({
        version: z.int(),
        fate: z.enum(['active', 'retired', 'refused']).meta({
          description: '`retired`: was active. `refused`: lost its duel, and never was.',
        }),
        why: z.string(),
        made_at: instant,
        decided_at: instant,
        knows_until: knowsUntil,
        state: z.enum(['kept', 'dropped', 'damaged']).meta({
          description: 'Only a `kept` one can be put back in force.',
        }),
        card,
        duel,
      }),
    ),
    next_cursor: z.string().nullable(),
    /** Of the one that should be in force in the process that answers. */
    problem: z.string().nullable().meta({
      description: 'Why the model in force cannot be used; null: it can, or there is none.',
    }),
  })
  .meta({ id: 'DeliveryDateModels' });

export const eddRollback = z.strictObject({
  version: z.int().min(1).max(999_999_999).optional().meta({
    description: 'Which to put back in force; left out: the one that was before.',
  }),
});

export const eddRolledBack = z.strictObject({
  version: z.int(),
  instead_of: z.int().nullable(),
});
