import type { DriverStorage } from '../../driver/index.ts';
import type { DeliveryForm, Outcome } from '../plan/delivery-plan.ts';

/**
 * Drafts of delivery forms. A cheap phone may kill the browser while its camera takes the photo:
 * the courier then finds everything as it was.
 */
export interface Drafts {
  load(stopId: string, outcome: Outcome): Promise<DeliveryForm | undefined>;
  save(stopId: string, outcome: Outcome, form: DeliveryForm): Promise<void>;
  clear(stopId: string): Promise<void>;
  /** Deletes the drafts of all other stops, which somebody else has visited. */
  keep(stopIds: readonly string[]): Promise<void>;
}

export function openDrafts(storage: DriverStorage, courierId: string): Drafts {
  // Under the courier's prefix, so that they are deleted together.
  const own = `courier/${courierId}/drafts/`;
  const prefix = (stopId: string) => `${own}${stopId}/`;
  const remove = async (keys: readonly string[]): Promise<void> => {
    if (keys.length > 0) await storage.write(keys.map((key) => [key, undefined]));
  };
  return {
    load: async (stopId, outcome) =>
      (await storage.get(prefix(stopId) + outcome)) as DeliveryForm | undefined,
    save: (stopId, outcome, form) => storage.write([[prefix(stopId) + outcome, form]]),
    async clear(stopId) {
      await remove((await storage.list(prefix(stopId))).map(([key]) => key));
    },
    async keep(stopIds) {
      const drafts = (await storage.list(own)).map(([key]) => key);
      await remove(drafts.filter((key) => !stopIds.some((id) => key.startsWith(prefix(id)))));
    },
  };
}
