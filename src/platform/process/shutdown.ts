import type { Logger } from '../observability/log.ts';

/**
 * An ordered shutdown. Each part registers how to stop it once it has started; stopping runs in
 * reverse order, so the first parts (the data folder's lock, PostgreSQL) end last.
 */
export interface Shutdown {
  /**
   * Makes stopping wait for this to settle: a part that is just starting cannot be stopped yet, and
   * would be forgotten. Code that starts parts checks `stopping` between its steps.
   */
  whileStarting(work: Promise<unknown>): void;
  /**
   * Registers how to stop a part; call it right after the part has started. Names are for the log.
   */
  onStop(name: string, stop: () => Promise<void> | void): void;
  /**
   * Stops everything; a second call waits for the first. Never rejects. Returns true if all went
   * well.
   */
  stop(reason: string): Promise<boolean>;
  readonly stopping: boolean;
}

/** A part that hangs must not prevent PostgreSQL from being stopped properly. */
const PART_MS_MAX = 45_000;

/** Creates the shutdown of this process. */
export function createShutdown(log: Logger): Shutdown {
  const parts: { name: string; stop: () => Promise<void> | void }[] = [];
  let starting: Promise<unknown> = Promise.resolve();
  let running: Promise<boolean> | null = null;

  const stopAll = async (reason: string): Promise<boolean> => {
    log.info({ reason }, 'stopping');
    await starting;
    let clean = true;
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      try {
        await stopWithTimeout(part.stop);
      } catch (err) {
        clean = false;
        log.error({ err, part: part.name }, 'could not be stopped properly');
      }
    }
    log.info('stopped');
    return clean;
  };
  return {
    whileStarting(work) {
      starting = work.catch(() => {}); // the caller that started it handles its failure
    },
    onStop: (name, stop) => void parts.push({ name, stop }),
    stop: (reason) => {
      running ??= stopAll(reason);
      return running;
    },
    get stopping() {
      return running !== null;
    },
  };
}

async function stopWithTimeout(stop: () => Promise<void> | void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`not stopped within ${PART_MS_MAX / 1000} s`)),
      PART_MS_MAX,
    );
  });
  try {
    await Promise.race([Promise.resolve().then(stop), late]);
  } finally {
    clearTimeout(timer);
  }
}
