import type { Machines } from '../platform/machines.ts';
import { type ReadParcel, startShops } from '../shops/index.ts';
import type { Parts } from './parts.ts';

/**
 * Starts what shops need in the background, apart from carriers' messages.
 *
 * @param givesWay whether entries of the log are handled in larger batches for now.
 */
export function startShopWork(
  { database: db, clock, random, log, listener, shutdown }: Machines,
  { hub, publicUrl }: Parts,
  givesWay: () => boolean,
): void {
  const { shops, tracking, registry } = hub;
  let reader: Promise<ReadParcel> | null = null;
  // The first parcel of a shop loads the HTTP stage, which this process needs for nothing else.
  const readParcel: ReadParcel = async (body, carrier) => {
    reader ??= import('../http/index.ts').then(({ shopParcelReader }) =>
      shopParcelReader(registry),
    );
    return (await reader)(body, carrier);
  };
  const work = startShops({
    ...{ db, tracking, shops, publicUrl, clock, randomBytes: random, log, listener },
    ...{ platforms: shops.platforms, readParcel, givesWay },
  });
  shutdown.onStop('shops', () => work.stop());
}
