import type { WakeQueue } from '../../platform/queue/queue.ts';

/** Sends wake-ups to the queue in the background, so that no work waits for the queue's server. */
export interface WakeSignals {
  /** Requests a wake-up of the account at `atMs`, or at an earlier time if one is waiting here. */
  send(accountId: string, atMs: number): void;
  /** Sends nothing more. Signals are lost, but the table says when each account is due. */
  stop(): void;
}

export interface WakeSignalsDeps {
  readonly queue: Pick<WakeQueue, 'wake'>;
  readonly onFailure: (error: unknown, accountId: string) => void;
}

/** Each takes a few exchanges with the queue's server. */
const AT_ONCE = 16;
/** A queue whose server is down may never answer; its place is free for others after this. */
const ANSWER_MS_MAX = 10_000;

/**
 * Creates what signals accounts to the queue. However long the queue is unavailable, at most one
 * signal of each account waits.
 */
export function createWakeSignals({ queue, onFailure }: WakeSignalsDeps): WakeSignals {
  const waiting = new Map<string, number>();
  let sending = 0;
  let isStopped = false;

  function sendNext(): void {
    for (const [accountId, atMs] of waiting) {
      if (sending >= AT_ONCE) return;
      waiting.delete(accountId);
      sending += 1;
      void sendOne(accountId, atMs).then(() => {
        sending -= 1;
        sendNext();
      });
    }
  }

  /** Never rejects. */
  async function sendOne(accountId: string, atMs: number): Promise<void> {
    try {
      await inTime(queue.wake(accountId, atMs));
    } catch (err) {
      if (!isStopped) onFailure(err, accountId);
    }
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

/** Rejects if the queue has not answered after `ANSWER_MS_MAX`. */
async function inTime(answer: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the queue did not answer within ${ANSWER_MS_MAX / 1_000} s`)),
      ANSWER_MS_MAX,
    );
  });
  try {
    await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
