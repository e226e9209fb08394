import type { WakeQueue } from '../../platform/queue/queue.ts';
import { within } from '../../platform/work/within.ts';

/** Sends wake-ups to the queue in the background, so that no work waits for the queue's server. */
export interface WakeSignals {
  /** Requests a wake-up of the account at `atMs`, or at an earlier time if one is waiting here. */
  send(accountId: string, atMs: number): void;
  /** Sends nothing more. Signals are lost, but the table says when each account is due. */
  stop(): void;
}

export interface WakeSignalsDeps {
  readonly queue: Pick<WakeQueue, 'wake'>;
  /** Receives a signal's failure, at most once in `WARN_EVERY_MS`. */
  readonly onFailure: (error: unknown, accountId: string) => void;
}

/** Signals sent at once; each takes a few round trips. */
const AT_ONCE = 16;
/** A queue whose server is down may never answer; after this it counts as silent. */
const ANSWER_MS_MAX = 10_000;
/** All signals fail while the queue's server is down. */
const WARN_EVERY_MS = 60_000;

/**
 * Creates what signals accounts to the queue. While the queue is silent, its client may store each
 * request until the server returns; so only one is sent in `ANSWER_MS_MAX`, until any is answered.
 */
export function createWakeSignals({ queue, onFailure }: WakeSignalsDeps): WakeSignals {
  const waiting = new Map<string, number>();
  let sending = 0;
  let isSilent = false;
  let isStopped = false;
  let warnedAtMs = Number.NEGATIVE_INFINITY;

  function sendNext(): void {
    for (const [accountId, atMs] of waiting) {
      if (sending >= (isSilent ? 1 : AT_ONCE)) return;
      waiting.delete(accountId);
      sending += 1;
      void sendOne(accountId, atMs).then(() => {
        sending -= 1;
        sendNext();
      });
    }
  }

  /** Resolves when the queue has answered, or is silent. Never rejects. */
  async function sendOne(accountId: string, atMs: number): Promise<void> {
    const answered = queue
      .wake(accountId, atMs)
      .catch((err: unknown) => warn(err, accountId))
      .then(() => {
        isSilent = false;
        // The answer may be late, with nothing else under way.
        sendNext();
      });
    if ((await within(ANSWER_MS_MAX, answered, 'late')) !== 'late') return;
    isSilent = true;
    warn(new Error(`the queue did not answer within ${ANSWER_MS_MAX / 1_000} s`), accountId);
  }

  function warn(error: unknown, accountId: string): void {
    if (isStopped || performance.now() - warnedAtMs < WARN_EVERY_MS) return;
    warnedAtMs = performance.now();
    onFailure(error, accountId);
  }

  return {
    send(accountId, atMs) {
      if (isStopped) return;
      waiting.set(accountId, Math.min(atMs, waiting.get(accountId) ?? atMs));
      sendNext();
    },
    stop() {
      isStopped = true;
      waiting.clear();
    },
  };
}
