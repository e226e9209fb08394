import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { silenceOfParcel } from '../../couriers/index.ts';
import type { DeliveriesDeps } from '../deps.ts';
import {
  type CustodyTrouble,
  custodyOfDelivery,
  markCustodyPublished,
  noteCustody,
  unpublishedCustody,
} from './custody.sql.ts';

/** The courier counts as silent after this time without contact. */
const SILENT_MS = 15 * 60_000;
/** A change of custody within this time may not be complete yet. */
const SETTLED_MS = 10_000;
const UNPUBLISHED_MAX = 200;

/** Brings the cases of this parcel in line with custody. */
export type ApplyCases = (tenant: Tenant, shipmentId: string) => Promise<void>;

/**
 * Checks the custody of picked-up parcels. A parcel in trouble stays where it is, in a courier's
 * bag, and gets a case until it is handed over by a scan or its courier is back. If the process is
 * killed before the cases are updated, the next check does it.
 *
 * @param count called for each parcel that needs attention since this check.
 *
 * Rejects when the cases of one could not be updated, after all others were.
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
    const tenant = { merchantId: row.merchant_id, mode: row.mode };
    try {
      await applyCases(tenant, row.shipment_id);
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
