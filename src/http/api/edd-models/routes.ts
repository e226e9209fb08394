import type { Database } from '../../../platform/database/database.ts';
import { type ActiveModel, modelInUse } from '../../../reactions/predictions/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import { eddModelOperation } from './operations.ts';

/**
 * The card of the active model. Models have no tenant, and merchants' database connections cannot
 * read them.
 */
export function eddModelRoute(
  api: MerchantApi,
  { pipeline }: Pick<Database, 'pipeline'>,
  inForce: Pick<ActiveModel, 'problem'> | null,
): Route {
  return merchantRoute(api, eddModelOperation, async () => {
    const found = await modelInUse(pipeline);
    const problem = inForce?.problem()?.what ?? null;
    if (found === null) return { status: 200, body: { model: null, problem } };
    // Who activated it, and why, is for operators only.
    const { version, made_at, knows_until, card, duel } = found;
    return { status: 200, body: { model: { version, made_at, knows_until, card, duel }, problem } };
  });
}
