import type { Tenant } from '../../kernel/tenant.ts';
import { withTenant } from '../../platform/database/database.ts';
import type { DeliveriesDeps } from './deps.ts';
import {
  deliveriesByIds,
  deliveryById,
  settingOf,
  wakeMatcher,
  writeSetting,
} from './store/deliveries.sql.ts';

type Db = Pick<DeliveriesDeps, 'db'>;

/** How a merchant's deliveries are assigned: by offers to couriers, or automatically. */
export function readSetting({ db }: Db, tenant: Tenant): Promise<'offers' | 'auto'> {
  return withTenant(db.app, tenant, (tx) => settingOf(tx, tenant));
}

/** Changes how a merchant's deliveries are assigned, and wakes the matcher. */
export async function setSetting(
  { db }: Db,
  tenant: Tenant,
  assign: 'offers' | 'auto',
): Promise<void> {
  await withTenant(db.app, tenant, (tx) => writeSetting(tx, tenant, assign));
  await wakeMatcher(db.pipeline);
}

/** Whether a parcel was created as a delivery, with pickup and drop-off. */
export async function isDelivery({ db }: Db, tenant: Tenant, shipmentId: string): Promise<boolean> {
  return withTenant(db.app, tenant, async (tx) => (await deliveryById(tx, shipmentId)) !== null);
}

/** Those of these parcels that were created as deliveries. */
export async function deliveriesAmong(
  { db }: Db,
  tenant: Tenant,
  shipmentIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await withTenant(db.app, tenant, (tx) => deliveriesByIds(tx, shipmentIds));
  return new Set(rows.map(({ shipmentId }) => shipmentId));
}
