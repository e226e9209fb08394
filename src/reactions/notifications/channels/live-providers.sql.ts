import type { Queryable } from '../../../platform/database/database.ts';
import { queryRows } from '../../../platform/database/query-rows.ts';

/** Providers of merchants' own channels that send for live shipments. */
export async function liveProviders(db: Queryable): Promise<readonly string[]> {
  const rows = await queryRows<{ provider: string }>(
    db,
    `select distinct provider from notification_channels
     where mode = 'live' and enabled and removed_at is null`,
  );
  return rows.map(({ provider }) => provider);
}
