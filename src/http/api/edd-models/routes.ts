import { z } from 'zod';
import { Problem } from '../../../kernel/errors.ts';
import { instant } from '../../../kernel/time/time-kinds.ts';
import type { Database } from '../../../platform/database/database.ts';
import { modelCard } from '../../../prediction/index.ts';
import {
  type ActiveModel,
  modelDuel,
  modelInUse,
  modelList,
  ROLLBACK_REFUSALS,
  rollBack,
} from '../../../reactions/predictions/index.ts';
import { pageOfAll, wholeList } from '../../kit/paged.ts';
import { resource } from '../../kit/resource.ts';
import type { OpsParts } from '../ops/ops-parts.ts';
import { opsResource } from '../ops/ops-resource.ts';

const card = modelCard
  .nullable()
  .describe('Its training data, and how accurate its dates of the last weeks were.');
const duel = modelDuel
  .nullable()
  .describe(
    'How it and the previous model did on the same weeks: loss (pinball, of ln(days + 1)), coverage and errors.',
  );
const knowsUntil = instant.describe('The latest delivery in its statistics and calibration.');

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
      .describe('Null if there is none: dates then come from carriers and the rule.'),
    problem: z
      .string()
      .nullable()
      .describe(
        'Why the active model cannot be used and dates come without it. Null: it can be used, or there is none.',
      ),
  })
  .meta({ id: 'DeliveryDateModel' });

export const eddModelList = z
  .strictObject({
    data: z.array(
      z.strictObject({
        version: z.int(),
        fate: z
          .enum(['active', 'retired', 'refused'])
          .describe(
            '`retired`: was active before. `refused`: lost its comparison and never became active.',
          ),
        why: z.string(),
        made_at: instant,
        decided_at: instant,
        knows_until: knowsUntil,
        state: z
          .enum(['kept', 'dropped', 'damaged'])
          .describe('Only a `kept` one can be reactivated.'),
        card,
        duel,
      }),
    ),
    next_cursor: z.string().nullable(),
    /** Problem of the model that should be active in the responding process. */
    problem: z
      .string()
      .nullable()
      .describe('Why the active model cannot be used. Null: it can be, or there is none.'),
  })
  .meta({ id: 'DeliveryDateModels' });

export const eddRollback = z.strictObject({
  version: z
    .int()
    .min(1)
    .max(999_999_999)
    .optional()
    .describe('The model to reactivate. Default: the previous one.'),
});

export const eddRolledBack = z.strictObject({
  version: z.int(),
  instead_of: z.int().nullable(),
});

/**
 * The card of the active model. Models have no tenant, and merchants' database connections cannot
 * read them.
 */
export const activeEddModel = resource(
  { noun: 'model', tag: 'Delivery dates' },
  {
    get: {
      id: 'getDeliveryDateModel',
      method: 'GET',
      path: '/edd/model',
      summary: 'Get the model that predicts delivery dates',
      description:
        'Its training data, its comparison with the model before it, and how accurate its dates of the last weeks were. One model learns from the live parcels of all merchants of the installation.',
      scope: 'shipments:read',
      answers: { 200: { description: 'The model card.', schema: eddModel } },
    },
  },
  ({
    db,
    inForce,
  }: {
    readonly db: Pick<Database, 'pipeline'>;
    readonly inForce: Pick<ActiveModel, 'problem'> | null;
  }) => ({
    get: async () => {
      const found = await modelInUse(db.pipeline);
      const problem = inForce?.problem()?.what ?? null;
      if (found === null) return { status: 200, body: { model: null, problem } };
      // Who activated it, and why, is for operators only.
      const { version, made_at, knows_until, card, duel } = found;
      return {
        status: 200,
        body: { model: { version, made_at, knows_until, card, duel }, problem },
      };
    },
  }),
);

/** The prediction models, for operators. */
export const eddModels = opsResource(
  { noun: 'model', tag: 'Operators' },
  {
    list: {
      id: 'listDeliveryDateModels',
      method: 'GET',
      path: '/ops/edd/models',
      summary: 'List the delivery date models',
      description:
        'Newest first, with cards, comparisons and reasons (docs/predictions.md, Learning).',
      scope: 'ops:read',
      query: wholeList,
      answers: { 200: { description: 'The models.', schema: eddModelList } },
    },
    rollBack: {
      id: 'rollBackDeliveryDateModel',
      method: 'POST',
      path: '/ops/edd/models/rollback',
      summary: 'Roll back to an older delivery date model',
      description: 'All processes follow within seconds. Predictions continue meanwhile.',
      scope: 'ops:write',
      body: eddRollback,
      answers: { 200: { description: 'The active model.', schema: eddRolledBack } },
      errors: ['conflict', 'not_found'],
    },
  },
  (parts: OpsParts) => ({
    list: async ({ query }) => {
      const models = await modelList(parts.db.pipeline);
      const page = pageOfAll('edd-models', null, query, models, {
        // Newest first: a later version gives a smaller key.
        key: ({ version }) => String(Number.MAX_SAFE_INTEGER - version),
        json: (model) => model,
      });
      const problem = parts.eddModel?.problem()?.what ?? null;
      return { status: 200, body: { ...page, problem } };
    },
    rollBack: async ({ key, body }) => ({
      status: 200,
      body: await rollBackOrThrow(parts, body.version ?? null, key.name),
    }),
  }),
);

/** Rolls back; returns the model now active. Throws `Problem` if nothing was changed. */
export async function rollBackOrThrow(
  { db, clock }: Pick<OpsParts, 'db' | 'clock'>,
  version: number | null,
  by: string,
): Promise<{ readonly version: number; readonly instead_of: number | null }> {
  const outcome = await rollBack({ db, clock }, version, by);
  if (outcome.outcome === 'rolled_back') return { version: outcome.to, instead_of: outcome.from };
  const code = outcome.why === 'unknown' ? 'not_found' : 'conflict';
  throw new Problem(code, ROLLBACK_REFUSALS[outcome.why]);
}
