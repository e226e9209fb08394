import type { DriverStorage } from '../../driver/index.ts';
import type { DeliveryForm, Outcome } from '../plan/delivery-plan.ts';

/**
 * What is half entered at a door. A cheap phone ends the browser while its camera takes the photo: the
 * courier finds everything as it was.
 */
export interface Drafts {
  load(stopId: string, outcome: Outcome): Promise<DeliveryForm | undefined>;
  save(stopId: string, outcome: Outcome, form: DeliveryForm): Promise<void>;
  clear(stopId: string): Promise<void>;
  /** Clears those of all other stops: somebody else went there. */
  keep(stopIds: readonly string[]): Promise<void>;
}

export function openDrafts(storage: DriverStorage, courierId: string): Drafts {
  // With all else of the courier, so that they are forgotten together.
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
