import { LRUCache } from 'lru-cache';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { generationsOf, type Subscriber, subscribersOf } from '../endpoints/endpoints.sql.ts';

/** Endpoints by tenant, as they are in the database at the moment of asking. */
export interface Subscribers {
  of(tenants: readonly Tenant[]): Promise<ReadonlyMap<string, readonly Subscriber[]>>;
}

/** Tenants whose endpoints are cached; beyond that, the least recently used are read again. */
const TENANTS_MAX = 5_000;

/**
 * Reads a tenant's endpoints only when their generation has changed. The generation itself is read
 * each time: an endpoint created before an event must receive it.
 */
export function createSubscribers(db: Queryable): Subscribers {
  const known = new LRUCache<string, { generation: string; endpoints: readonly Subscriber[] }>({
    max: TENANTS_MAX,
  });
  return {
    async of(tenants) {
      const found = new Map<string, readonly Subscriber[]>();
      for (const { generation, ...tenant } of await generationsOf(db, tenants)) {
        const name = tenantName(tenant);
        const last = known.get(name);
        if (last?.generation === generation) {
          found.set(name, last.endpoints);
          continue;
        }
        // Read after its generation: newer data only cause one more read, which does no harm.
        const endpoints = await subscribersOf(db, tenant);
        known.set(name, { generation, endpoints });
        found.set(name, endpoints);
      }
      return found;
    },
  };
}

export function tenantName({ merchantId, mode }: Tenant): string {
  return `${merchantId} ${mode}`;
}
