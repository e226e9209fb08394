import type { Queryable } from '../../../platform/database/database.ts';

/** Providers of merchants' own channels that send for live shipments. */
export async function liveProviders(db: Queryable): Promise<readonly string[]> {
  const { rows } = await db.query<{ provider: string }>(
    `select distinct provider from notification_channels
     where mode = 'live' and enabled and removed_at is null`,
  );
  return rows.map(({ provider }) => provider);
}
