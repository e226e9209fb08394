import { silenceOfParcel } from '../../couriers/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import type { DeliveriesDeps } from '../deps.ts';
import {
  type CustodyTrouble,
  custodyOfDelivery,
  markCustodyPublished,
  noteCustody,
  unpublishedCustody,
} from './custody.sql.ts';

/** Nothing was heard of the courier for so long. */
const SILENT_MS = 15 * 60_000;
/** Whoever took or gave away a parcel within this time is not done yet. */
const SETTLED_MS = 10_000;
const UNPUBLISHED_MAX = 200;

/** The cases of this parcel are to be as custody says. */
export type ApplyCases = (tenant: Tenant, shipmentId: string) => Promise<void>;

/**
 * Looks whether what was fetched is in good hands. What is not stays where it is, because it is in somebody's
 * bag, and becomes a case, until it is handed over by scan or its courier is back. A process that is killed
 * before the cases knew leaves it to the next look.
 *
 * @param count told of each that needs somebody to look after it since this look.
 *
 * Rejects when the cases of one could not be brought to it, after all others were.
 */
export async function watchCustody(
  { db: { pipeline }, clock }: Pick<DeliveriesDeps, 'db' | 'clock'>,
  applyCases: ApplyCases,
  count: (why: CustodyTrouble) => void,
): Promise<void> {
  const nowMs = clock.nowMs();
  const changed = await noteCustody(pipeline, {
    ...{ nowMs, settledMs: nowMs - SETTLED_MS, silentSinceMs: nowMs - SILENT_MS },
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

/** Why somebody must look after a parcel that a courier has; null: nobody must. */
export async function custodyTrouble(
  db: Queryable,
  shipmentId: string,
): Promise<{ readonly reason: string; readonly trigger: string } | null> {
  const trouble = await custodyOfDelivery(db, shipmentId);
  if (trouble !== null) return trouble;
  const silence = await silenceOfParcel(db, shipmentId);
  return silence === null ? null : { reason: 'courier_silent', trigger: `silence ${silence}` };
}
