import type { DriverPorts } from './ports.ts';
import type { Keys, Trouble } from './stored.ts';
import type { Refusal } from './wire.ts';

/**
 * The head of the queue is retried alone this often, and for this long, before others overtake it.
 */
const ALONE_MAX = 4;
const FOR_MS = 60_000;
/** A batch that failed twice is retried with a quarter of it, until its head is alone. */
const SHRINK = 4;

/** The code of an item that was set aside, as the courier sees it. */
export const NOT_ACCEPTED = 'not_taken';

/**
 * Remembers, across restarts of the app, what the hub does not accept: one item that never gets an
 * answer must not block everything after it.
 */
export interface Troubles {
  /** How many to send at once while `first` is at the head of the queue. */
  batchSize(first: string, most: number): Promise<number>;
  /**
   * Records that a request with `first` at its head failed.
   *
   * @param isAlone it held nothing else, so the fault is with `first` or the hub
   * @returns whether to find out which of the two, by sending something else
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

/** With the hub's own message, if it sent any. */
export function notAccepted(reason: string): Refusal {
  return { code: NOT_ACCEPTED, reason, fix: '' };
}
