import { Problem } from '../../../kernel/errors.ts';
import type { Database } from '../../../platform/database/database.ts';
import {
  type ActiveModel,
  modelInUse,
  modelList,
  ROLLBACK_REFUSALS,
  rollBack,
} from '../../../reactions/predictions/index.ts';
import { pageOfAll, wholeList } from '../../kit/paged.ts';
import { resource } from '../../kit/resource.ts';
import type { OpsParts } from '../ops/ops-parts.ts';
import { opsResource } from '../ops/ops-route.ts';
import { eddModel, eddModelList, eddRollback, eddRolledBack } from './schema.ts';

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
      console: true,
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
      console: true,
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
      body: await rolledBackOrRefused(parts, body.version ?? null, key.name),
    }),
  }),
);

/** The model now active; throws `Problem` when nothing was changed. */
export async function rolledBackOrRefused(
  { db, clock }: Pick<OpsParts, 'db' | 'clock'>,
  version: number | null,
  by: string,
): Promise<{ readonly version: number; readonly instead_of: number | null }> {
  const outcome = await rollBack({ db, clock }, version, by);
  if (outcome.outcome === 'rolled_back') return { version: outcome.to, instead_of: outcome.from };
  const code = outcome.why === 'unknown' ? 'not_found' : 'conflict';
  throw new Problem(code, ROLLBACK_REFUSALS[outcome.why]);
}
