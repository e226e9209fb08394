import type { Machines } from '../platform/machines.ts';
import { startShops } from '../shops/index.ts';
import type { Parts } from './parts.ts';

/**
 * Starts what shops need in the background, apart from carriers' messages.
 *
 * @param givesWay whether entries of the log are handled in larger batches for now.
 */
export async function startShopWork(
  { database: db, clock, random, log, listener, shutdown }: Machines,
  { hub, publicUrl }: Parts,
  givesWay: () => boolean,
): Promise<void> {
  const { shops, tracking, egress, registry } = hub;
  // Loaded here, because few processes need the whole HTTP stage.
  const { shopParcelReader } = await import('../http/index.ts');
  const work = startShops({
    ...{ db, tracking, shops, egress, publicUrl, clock, randomBytes: random, log, listener },
    ...{ platforms: shops.platforms, readParcel: shopParcelReader(registry), givesWay },
  });
  shutdown.onStop('shops', () => work.stop());
}
