import type { Tenant } from '../../../kernel/tenant.ts';
import { withTransaction } from '../../../platform/database/database.ts';
import { findShipment } from '../../../tracking/index.ts';
import { holdAssigned } from '../../couriers/index.ts';
import { adoptOwner, endDelivery, unassignDelivery } from '../assigning/assign.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { type AskewRow, deliveriesAskew } from './reconcile.sql.ts';

export { oldestOpenMs } from './reconcile.sql.ts';

const BATCH_MAX = 500;
/** A change within this time may not be complete yet. */
const SETTLED_MS = 2_000;
/** Silence of a phone: no request and no position for this long. */
const SILENT_MS = 5 * 60_000;

/**
 * Checks that each unfinished delivery either looks for a courier or has exactly one, who is at
 * work; repairs the others. A parcel in a courier's bag stays there: `watchCustody` looks after
 * it.
 *
 * @param count called for each repaired delivery.
 * @param limit checked in one batch.
 *
 * Rejects when one could not be repaired, after all others were.
 */
export async function reconcile(
  deps: DeliveriesDeps,
  count: (why: AskewRow['why']) => void,
  limit = BATCH_MAX,
): Promise<number> {
  const nowMs = deps.clock.nowMs();
  const failures: unknown[] = [];
  let mended = 0;
  let after: string | null = null;
  for (;;) {
    const rows: AskewRow[] = await deliveriesAskew(deps.db.pipeline, {
      nowMs,
      after,
      limit,
      settledMs: nowMs - SETTLED_MS,
      silentSinceMs: nowMs - SILENT_MS,
    });
    for (const row of rows) {
      const isMended = await mend(deps, row).catch((error: unknown) => {
        failures.push(error);
        return false;
      });
      if (!isMended) continue;
      mended += 1;
      count(row.why);
    }
    // One that could not be repaired stays as it is and must not block others.
    after = rows.at(-1)?.shipment_id ?? null;
    if (rows.length < limit) break;
  }
  if (failures.length > 0) throw failures[0];
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
    case 'revoked':
    case 'silent':
      return unassigned(deps, tenant, id, why);
    case 'not_held': {
      const shipment = await findShipment(deps.tracking, tenant, id);
      const sinceMs = shipment?.state.lastEventAtMs ?? deps.clock.nowMs();
      return withTransaction(pipeline, (tx) =>
        holdAssigned(tx, tenant, shipment?.trackingNumber ?? '', sinceMs),
      );
    }
  }
}

async function unassigned(
  deps: DeliveriesDeps,
  tenant: Tenant,
  id: string,
  why: 'taken_off' | 'off_shift' | 'revoked' | 'silent',
): Promise<boolean> {
  const outcome = await unassignDelivery(deps, tenant, id, { from: null, why });
  return outcome.kind === 'done';
}
