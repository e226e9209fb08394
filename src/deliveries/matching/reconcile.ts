import { holdAssigned } from '../../couriers/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { withTransaction } from '../../platform/database/database.ts';
import { findShipment } from '../../tracking/index.ts';
import { adoptOwner, endDelivery, unassignDelivery } from '../assigning/assign.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { type AskewRow, deliveriesAskew } from './reconcile.sql.ts';

export { oldestOpenMs } from './reconcile.sql.ts';

const BATCH_MAX = 500;
/** Whoever changed something within this time is not done yet. */
const SETTLED_MS = 2_000;
/** Nothing was heard of the phone: no request, no place. */
const SILENT_MS = 5 * 60_000;
const SILENT_WITH_PARCEL_MS = 15 * 60_000;

/**
 * Proves that each delivery that has not ended is looked for a courier, or has exactly one, who is at
 * work; and mends what is not so. What is in somebody's bag stays there: that is for a dispatcher, and
 * for a handover by scan.
 *
 * @param count told of each that was mended.
 */
export async function reconcile(
  deps: DeliveriesDeps,
  count: (why: AskewRow['why']) => void,
): Promise<number> {
  const nowMs = deps.clock.nowMs();
  const rows = await deliveriesAskew(deps.db.pipeline, {
    nowMs,
    settledMs: nowMs - SETTLED_MS,
    silentSinceMs: nowMs - SILENT_MS,
    silentWithParcelSinceMs: nowMs - SILENT_WITH_PARCEL_MS,
    limit: BATCH_MAX,
  });
  let mended = 0;
  for (const row of rows) {
    if (!(await mend(deps, row))) continue;
    mended += 1;
    count(row.why);
  }
  return mended;
}

async function mend(
  deps: DeliveriesDeps,
  { shipment_id: id, merchant_id: merchantId, mode, why }: AskewRow,
): Promise<boolean> {
  const tenant: Tenant = { merchantId, mode };
  const { pipeline } = deps.db;
  switch (why) {
    case 'ended':
      return withTransaction(pipeline, (tx) => endDelivery(deps, tx, tenant, id));
    case 'other_owner':
      return adoptOwner(deps, tenant, id);
    case 'no_owner':
      return unassigned(deps, tenant, id, 'taken_off');
    case 'off_shift':
    case 'silent':
      return unassigned(deps, tenant, id, why);
    case 'not_held': {
      const shipment = await findShipment(deps.tracking, tenant, id);
      const sinceMs = shipment?.state.lastEventAtMs ?? deps.clock.nowMs();
      return withTransaction(pipeline, (tx) =>
        holdAssigned(tx, tenant, shipment?.trackingNumber ?? '', sinceMs),
      );
    }
    case 'nobody_has_it':
    case 'silent_with_parcel':
      return false;
  }
}

async function unassigned(
  deps: DeliveriesDeps,
  tenant: Tenant,
  id: string,
  why: 'taken_off' | 'off_shift' | 'silent',
): Promise<boolean> {
  const outcome = await unassignDelivery(deps, tenant, id, { from: null, why });
  return outcome.kind === 'done';
}
