import type { Tenant } from '../../../kernel/tenant.ts';
import { type Queryable, withTransaction } from '../../../platform/database/database.ts';
import { findShipment } from '../../../tracking/ports/shipments.ts';
import { holdAssigned, silenceOfParcel } from '../../couriers/index.ts';
import { adoptOwner, endDelivery, unassignDelivery } from '../assigning/assign.ts';
import type { DeliveriesDeps } from '../deps.ts';
import {
  type AskewRow,
  type CustodyTrouble,
  custodyOfDelivery,
  deliveriesAskew,
  markCustodyPublished,
  noteCustody,
  unpublishedCustody,
} from './custody.sql.ts';

/** The courier counts as silent after this time without contact. */
const SILENT_MS = 15 * 60_000;
/** A change of custody within this time may not be complete yet. */
const SETTLED_MS = 10_000;
const UNPUBLISHED_MAX = 200;

/** Updates the cases of this parcel to its custody. */
export type ApplyCases = (tenant: Tenant, shipmentId: string) => Promise<void>;

/**
 * Checks the custody of picked-up parcels. A parcel in trouble stays in the courier's bag, and gets
 * a case until a scan hands it over or its courier is back. If the process is killed before the
 * cases are updated, the next check updates them. Rejects if the cases of a parcel could not be
 * updated, after all others were.
 * @param count called for each parcel that needs attention since this check.
 */
export async function watchCustody(
  { db: { pipeline }, clock }: Pick<DeliveriesDeps, 'db' | 'clock'>,
  applyCases: ApplyCases,
  count: (why: CustodyTrouble) => void,
): Promise<void> {
  const nowMs = clock.nowMs();
  const changed = await noteCustody(pipeline, {
    nowMs,
    settledMs: nowMs - SETTLED_MS,
    silentSinceMs: nowMs - SILENT_MS,
  });
  for (const { custody } of changed) {
    if (custody !== null) count(custody);
  }
  const failures: unknown[] = [];
  for (const row of await unpublishedCustody(pipeline, UNPUBLISHED_MAX)) {
    const tenant = { merchantId: row.merchantId, mode: row.mode };
    try {
      await applyCases(tenant, row.shipmentId);
      await markCustodyPublished(pipeline, row);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Why somebody must look after a parcel that a courier has; null: no need. */
export async function custodyTrouble(
  db: Queryable,
  shipmentId: string,
): Promise<{ readonly reason: string; readonly trigger: string } | null> {
  const trouble = await custodyOfDelivery(db, shipmentId);
  if (trouble !== null) return trouble;
  const silence = await silenceOfParcel(db, shipmentId);
  return silence === null ? null : { reason: 'courier_silent', trigger: `silence ${silence}` };
}

export { oldestOpenMs } from './custody.sql.ts';

const BATCH_MAX = 500;
/** A change within this time may not be complete yet, and is not repaired. */
const DECIDED_SETTLED_MS = 2_000;

/**
 * Checks that each unfinished delivery either looks for a courier or has exactly one, who is at
 * work and in contact, and repairs the others. A parcel in a courier's bag stays there, because `watchCustody`
 * checks it. Returns how many were repaired. Rejects if one could not be repaired, after all others
 * were.
 * @param count called for each repaired delivery.
 * @param limit how many are checked in one batch.
 */
export async function reconcile(
  deps: DeliveriesDeps,
  count: (why: AskewRow['why']) => void,
  limit = BATCH_MAX,
): Promise<number> {
  const nowMs = deps.clock.nowMs();
  const failures: unknown[] = [];
  let repaired = 0;
  let after: string | null = null;
  for (;;) {
    const rows: AskewRow[] = await deliveriesAskew(deps.db.pipeline, {
      nowMs,
      after,
      limit,
      settledMs: nowMs - DECIDED_SETTLED_MS,
    });
    for (const row of rows) {
      const isRepaired = await repair(deps, row).catch((error: unknown) => {
        failures.push(error);
        return false;
      });
      if (!isRepaired) continue;
      repaired += 1;
      count(row.why);
    }
    // One that could not be repaired stays as it is and must not block others.
    after = rows.at(-1)?.shipmentId ?? null;
    if (rows.length < limit) break;
  }
  if (failures.length > 0) throw failures[0];
  return repaired;
}

/** Repairs one delivery. Returns false if nothing had to be changed any more, or nothing could. */
async function repair(
  deps: DeliveriesDeps,
  { shipmentId: id, merchantId, mode, why }: AskewRow,
): Promise<boolean> {
  const tenant: Tenant = { merchantId, mode };
  const { pipeline } = deps.db;
  switch (why) {
    case 'ended':
      return withTransaction(pipeline, (tx) => endDelivery(deps, tx, tenant, id));
    case 'other_owner':
      return adoptOwner(deps, tenant, id);
    case 'no_owner':
      return unassign(deps, tenant, id, 'taken_off');
    case 'off_shift':
    case 'revoked':
    case 'silent':
      return unassign(deps, tenant, id, why);
    case 'not_held': {
      const shipment = await findShipment(deps.tracking, tenant, id);
      const sinceMs = shipment?.state.lastEventAtMs ?? deps.clock.nowMs();
      return withTransaction(pipeline, (tx) =>
        holdAssigned(tx, tenant, shipment?.trackingNumber ?? '', sinceMs),
      );
    }
  }
}

async function unassign(
  deps: DeliveriesDeps,
  tenant: Tenant,
  id: string,
  why: 'taken_off' | 'off_shift' | 'revoked' | 'silent',
): Promise<boolean> {
  const outcome = await unassignDelivery(deps, tenant, id, { from: null, why });
  return outcome.kind === 'done';
}
