import { Problem } from '../../../kernel/errors.ts';
import { modelList, ROLLBACK_REFUSALS, rollBack } from '../../../reactions/predictions/index.ts';
import { pageOfAll } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import type { OpsParts } from '../ops/ops-parts.ts';
import { type OpsApi, opsRoute } from '../ops/ops-route.ts';
import { listEddModelsOperation, rollBackEddModelOperation } from './operations.ts';

/** The prediction models, for operators. */
export function eddModelRoutes(api: OpsApi, parts: OpsParts): readonly Route[] {
  return [
    opsRoute(api, listEddModelsOperation, async ({ query }) => {
      const models = await modelList(parts.db.pipeline);
      const page = pageOfAll('edd-models', null, query, models, {
        // Newest first: a later version gives a smaller key.
        key: ({ version }) => String(Number.MAX_SAFE_INTEGER - version),
        json: (model) => model,
      });
      const problem = parts.eddModel?.problem()?.what ?? null;
      return { status: 200, body: { ...page, problem } };
    }),
    opsRoute(api, rollBackEddModelOperation, async ({ key, body }) => ({
      status: 200,
      body: await rolledBackOrRefused(parts, body.version ?? null, key.name),
    })),
  ];
}

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
