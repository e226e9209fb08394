import type { Machines } from '../../platform/machines.ts';
import { keepCourierSettings, startWatchingDepots } from '../couriers/index.ts';
import { storedPlacesOf } from '../positions/index.ts';
import type { CourierParts } from './couriers.ts';

/** Starts noting when couriers arrive at their buildings and leave them. */
export function startNoticingDepots(
  { database: db, clock, log, shutdown }: Machines,
  couriers: Pick<CourierParts, 'depotOf' | 'work'>,
): void {
  const settingsOf = keepCourierSettings(db, clock);
  const watching = startWatchingDepots({
    ...{ db, clock, log, depotOf: couriers.depotOf },
    places: (ids) => storedPlacesOf(db.pipeline, ids),
    setsStatus: async (tenant) =>
      (await settingsOf(tenant)).depot.on_leaving === 'out_for_delivery',
    depart: async (tenant, courierId, code) => {
      await couriers.work.depart(tenant, courierId, code);
    },
  });
  shutdown.onStop('couriers at their buildings', () => watching.stop());
}
