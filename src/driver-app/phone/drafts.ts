import type { DriverStorage } from '../../driver/index.ts';
import type { DoorForm, Outcome } from '../plan/door-plan.ts';

/**
 * What is half entered at a door. A cheap phone ends the browser while its camera takes the photo: the
 * courier finds everything as it was.
 */
export interface Drafts {
  load(stopId: string, outcome: Outcome): Promise<DoorForm | undefined>;
  save(stopId: string, outcome: Outcome, form: DoorForm): Promise<void>;
  clear(stopId: string): Promise<void>;
}

export function openDrafts(storage: DriverStorage, courierId: string): Drafts {
  const prefix = (stopId: string) => `drafts/${courierId}/${stopId}/`;
  return {
    load: async (stopId, outcome) =>
      (await storage.get(prefix(stopId) + outcome)) as DoorForm | undefined,
    save: (stopId, outcome, form) => storage.write([[prefix(stopId) + outcome, form]]),
    async clear(stopId) {
      const drafts = await storage.list(prefix(stopId));
      if (drafts.length > 0) await storage.write(drafts.map(([key]) => [key, undefined]));
    },
  };
}
