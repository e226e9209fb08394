import type { Tenant } from '../../../kernel/tenant.ts';
import { together, withTenant, withTransaction } from '../../../platform/database/database.ts';
import { shipmentsByIds } from '../../../tracking/ports/shipments.ts';
import { ownCouriers } from '../../couriers/index.ts';
import { togetherByTenant } from '../couriers-at-work.ts';
import type { DeliveriesDeps } from '../deps.ts';
import {
  deliveriesByIds,
  lockDeliveries,
  noteRounds,
  wakeMatcher,
} from '../store/deliveries.sql.ts';
import { insertSteps, offersOf, writeAnswers } from '../store/offers.sql.ts';
import { unassignDelivery } from './assign.ts';

type DeclineOutcome = {
  readonly kind: 'done' | 'not_found' | 'no_such_courier' | 'held';
};

interface Declined {
  readonly shipmentId: string;
  readonly courierId: string;
  readonly reason: string | null;
}

/**
 * Declines a delivery for a courier, or gives it back before the pickup. The courier gets no new
 * offer of it; when every offer is declined, the next couriers get offers immediately.
 */
export async function declineDelivery(
  deps: DeliveriesDeps,
  tenant: Tenant,
  shipmentId: string,
  by: { readonly courierId: string; readonly reason: string | null },
): Promise<DeclineOutcome> {
  const answer = await declineTogether(deps, tenant, { shipmentId, ...by });
  if (answer.kind !== 'theirs') return answer;
  // It needs a transaction of its own; other declines need not wait for it.
  const from = { from: by.courierId, why: 'given_back' as const };
  const { kind } = await unassignDelivery(deps, tenant, shipmentId, from);
  return { kind: kind === 'not_assigned' ? 'done' : kind };
}

/**
 * The outcome of a decline; `theirs` means that the delivery is assigned to this courier, who has
 * to give it back.
 */
type DeclineAnswer = DeclineOutcome | { readonly kind: 'theirs' };

/** Records declines that arrive at the same time. Idempotent. */
const declineTogether = togetherByTenant<Declined, DeclineAnswer>(
  async (deps, tenant, declined) => {
    const { shipments, couriers } = await selectVisible(deps, tenant, declined);
    const before = await deliveriesByIds(deps.db.pipeline, [...shipments]);
    const rows = new Map(before.map((row) => [row.shipmentId, row]));
    const outcomes: DeclineAnswer[] = [];
    const open = new Map<string, Declined>();
    for (const each of declined) {
      const { shipmentId, courierId } = each;
      const row = rows.get(shipmentId);
      if (!couriers.has(courierId)) outcomes.push({ kind: 'no_such_courier' });
      else if (row === undefined) outcomes.push({ kind: 'not_found' });
      else if (row.state === 'assigned' && row.courierId === courierId) {
        outcomes.push({ kind: 'theirs' });
      } else {
        // Otherwise it is taken or over.
        if (row.state === 'open') open.set(`${shipmentId} ${courierId}`, each);
        outcomes.push({ kind: 'done' });
      }
    }
    if (open.size > 0) await writeDeclined(deps, tenant, [...open.values()]);
    return outcomes;
  },
);

/**
 * Reads the shipments and couriers of the declines with the tenant's rights: row-level security
 * decides what it may see.
 */
async function selectVisible(deps: DeliveriesDeps, tenant: Tenant, declined: readonly Declined[]) {
  const ids = [...new Set(declined.map(({ shipmentId }) => shipmentId))];
  const courierIds = [...new Set(declined.map(({ courierId }) => courierId))];
  return withTenant(deps.db.app, tenant, async (tx) => {
    const [seeing, finding] = [shipmentsByIds(tx, ids), ownCouriers(tx, courierIds)];
    await together([seeing, finding]);
    return {
      shipments: new Set((await seeing).map(({ id }) => id)),
      couriers: await finding,
    };
  });
}

/**
 * Writes the declines; each pair of delivery and courier occurs once. A delivery left without an
 * open offer is matched again at once, unless it waits for a dispatcher.
 */
function writeDeclined(
  { db, clock }: DeliveriesDeps,
  tenant: Tenant,
  declined: readonly Declined[],
): Promise<void> {
  const atMs = clock.nowMs();
  return withTransaction(db.pipeline, async (tx) => {
    const ids = [...new Set(declined.map(({ shipmentId }) => shipmentId))];
    const [locking, asking] = [lockDeliveries(tx, ids), offersOf(tx, ids)];
    // Pipelined: sent together, run one after the other.
    await together([locking, asking]);
    const rows = await locking;
    const before = new Map(
      (await asking).map((offer) => [`${offer.shipmentId} ${offer.courierId}`, offer]),
    );
    const open = new Set(rows.flatMap((row) => (row.state === 'open' ? [row.shipmentId] : [])));
    // A repeated decline, after a lost answer, changes nothing and adds no step.
    const newDeclines = declined.filter(({ shipmentId, courierId }) => {
      const pair = `${shipmentId} ${courierId}`;
      return open.has(shipmentId) && before.get(pair)?.state !== 'declined';
    });
    if (newDeclines.length === 0) return;
    const answers = newDeclines.map(({ shipmentId, courierId }) => ({
      shipmentId,
      courierId,
      atMs,
    }));
    const steps = newDeclines.map(({ shipmentId, courierId, reason }) => ({
      shipmentId,
      atMs,
      what: 'declined',
      courierId,
      detail: reason === null ? {} : { reason },
    }));
    await together([writeAnswers(tx, tenant, 'declined', answers), insertSteps(tx, tenant, steps)]);
    for (const { shipmentId, courierId } of newDeclines)
      before.delete(`${shipmentId} ${courierId}`);
    const offered = new Set(
      [...before.values()].flatMap((offer) => (offer.state === 'open' ? [offer.shipmentId] : [])),
    );
    const withoutOffers = rows.filter(
      ({ shipmentId: id, queuedAtMs }) => open.has(id) && !offered.has(id) && queuedAtMs === null,
    );
    if (withoutOffers.length === 0) return;
    const passes = withoutOffers.map(({ shipmentId, rounds }) => ({
      shipmentId,
      rounds,
      nextPassAtMs: atMs,
    }));
    await together([noteRounds(tx, passes), wakeMatcher(tx)]);
  });
}
