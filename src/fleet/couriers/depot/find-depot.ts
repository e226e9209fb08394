import { facilityByCode } from '../../../intake/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { type Database, withTenant } from '../../../platform/database/database.ts';
import type { Depot } from './depot.ts';

/** Finds the location of a merchant's building; null: unknown. */
export type DepotOf = (tenant: Tenant, code: string) => Promise<Depot | null>;

export function createDepotOf(db: Pick<Database, 'app'>, ownCarrier: string): DepotOf {
  return (tenant, code) =>
    withTenant(db.app, tenant, async (tx) => {
      const found =
        (await facilityByCode(tx, tenant, { carrier: null, code })) ??
        (await facilityByCode(tx, tenant, { carrier: ownCarrier, code }));
      const { lat = null, lng = null } = found ?? {};
      if (found === null || lat === null || lng === null) return null;
      return { code: found.code, name: found.name, lat, lng };
    });
}
