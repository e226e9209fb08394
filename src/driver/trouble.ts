import type { DriverPorts } from './ports.ts';
import type { Keys, Trouble } from './stored.ts';
import type { Refusal } from './wire.ts';

/** The first of the queue is sent alone so often in vain, and for so long, before others pass it. */
const ALONE_MAX = 4;
const FOR_MS = 60_000;
/** A batch that failed twice is sent again with a quarter of it, until its first is alone. */
const SHRINK = 4;

/** What a courier is told of an item that was set aside. */
export const NOT_ACCEPTED = 'not_taken';

/**
 * Remembers what the hub does not take, across the ends of the app: one item that no answer can be had
 * for must not keep all that comes after it on the phone.
 */
export interface Troubles {
  /** How many to send at once while `first` is at the head of the queue. */
  batchSize(first: string, most: number): Promise<number>;
  /**
   * Notes that a request with `first` at its head failed.
   *
   * @param isAlone it held nothing else, so that it is `first` or the hub
   * @returns whether to find out which of the two: by sending something else
   */
  note(first: string, isAlone: boolean): Promise<boolean>;
  forget(): Promise<void>;
}

export function openTroubles(
  { storage, now }: Pick<DriverPorts, 'storage' | 'now'>,
  { trouble: key }: Pick<Keys, 'trouble'>,
): Troubles {
  const of = async (itemId: string): Promise<Trouble | null> => {
    const found = (await storage.get(key)) as Trouble | undefined;
    return found?.itemId === itemId ? found : null;
  };
  return {
    async batchSize(first, most) {
      const failures = (await of(first))?.failures ?? 0;
      return Math.max(1, Math.floor(most / SHRINK ** Math.max(0, failures - 1)));
    },
    async note(first, isAlone) {
      const before = (await of(first)) ?? { failures: 0, alone: 0, sinceMs: now() };
      const alone = before.alone + (isAlone ? 1 : 0);
      const { sinceMs } = before;
      const noted: Trouble = { itemId: first, failures: before.failures + 1, alone, sinceMs };
      await storage.write([[key, noted]]);
      return isAlone && alone >= ALONE_MAX && now() - sinceMs >= FOR_MS;
    },
    async forget() {
      if ((await storage.get(key)) !== undefined) await storage.write([[key, undefined]]);
    },
  };
}

/** In the hub's own words as far as it said any. */
export function notAccepted(reason: string): Refusal {
  return { code: NOT_ACCEPTED, reason, fix: '' };
}
