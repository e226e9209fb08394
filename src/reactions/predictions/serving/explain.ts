import type { Tenant } from '../../../kernel/tenant.ts';
import { type Database, withTenant } from '../../../platform/database/database.ts';
import { type LedgerRow, type StoredPrediction, storedPrediction } from './explain.sql.ts';

/** What stands behind a parcel's date, and which were shown before it. */
export interface PredictionExplained {
  readonly prediction: StoredPrediction;
  /** Oldest first. */
  readonly shown: readonly LedgerRow[];
}

/** Null when the tenant has no such parcel, or nothing was worked out of it yet. */
export function explainPrediction(
  db: Pick<Database, 'app'>,
  tenant: Tenant,
  shipmentId: string,
): Promise<PredictionExplained | null> {
  return withTenant(db.app, tenant, (tx) => storedPrediction(tx, shipmentId));
}
