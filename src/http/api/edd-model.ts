import type { Database } from '../../platform/database.ts';
import { modelInUse } from '../../reactions/predictions/index.ts';
import { type MerchantDoor, merchantRoute } from '../merchant-route.ts';
import { eddModelOperation } from '../operations/edd.ts';
import type { Route } from '../route.ts';

/** The card of the model in force. It is nobody's own: merchants' connections see no models. */
export function eddModelRoute(door: MerchantDoor, { pipeline }: Pick<Database, 'pipeline'>): Route {
  return merchantRoute(door, eddModelOperation, async () => {
    const found = await modelInUse(pipeline);
    if (found === null) return { status: 200, body: { model: null } };
    // Who put it in force, and why, is the operators' business.
    const { version, made_at, knows_until, card, duel } = found;
    return { status: 200, body: { model: { version, made_at, knows_until, card, duel } } };
  });
}
