import type { Tenant } from '../../../kernel/tenant.ts';
import { type Database, withTenant } from '../../../platform/database/database.ts';
import { type LedgerRow, type StoredPrediction, storedPrediction } from './explain.sql.ts';

/** The reasons for a parcel's date, and the dates shown before. */
export interface PredictionExplained {
  readonly prediction: StoredPrediction;
  /** Oldest first. */
  readonly shown: readonly LedgerRow[];
}

/**
 * Explains a parcel's date; null when the tenant has no such parcel, or no prediction exists yet.
 */
export function explainPrediction(
  db: Pick<Database, 'app'>,
  tenant: Tenant,
  shipmentId: string,
): Promise<PredictionExplained | null> {
  return withTenant(db.app, tenant, (tx) => storedPrediction(tx, shipmentId));
}
