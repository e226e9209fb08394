import type { DriverPorts, Lock } from './ports.ts';
import type { Queue } from './queue.ts';
import { type SendEnd, sendQueue } from './send-queue.ts';
import type { Enrolment, Keys } from './stored.ts';
import type { Refusal } from './wire.ts';

/** The state of sending. */
export type SendState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending' }
  /** `reason` is the server's message; empty if there was no answer. */
  | { readonly kind: 'later'; readonly reason: string; readonly nextTryAtMs: number }
  /** The key is no longer valid. The queue stays, and is sent once the courier enrols again. */
  | { readonly kind: 'revoked'; readonly refusal: Refusal };

/** Sends the queue when something is appended, when a retry is due, and on request. */
export interface Sender {
  state(): SendState;
  /** Sends the queue now. A call during a run gets another run that begins afterwards. */
  flush(): Promise<SendState>;
  /** Sends the queue, which has something new, unless the hub asked for a delay. */
  wake(): void;
  /** Records that the key of `enrolment` is no longer valid. */
  revoke(enrolment: Enrolment, refusal: Refusal): Promise<SendState>;
  stop(): void;
}

interface SenderDeps extends DriverPorts {
  readonly queue: Queue;
  readonly keys: Keys;
  readonly lock: Lock;
  readonly readEnrolment: () => Promise<Enrolment>;
  readonly onChange: () => void;
  /**
   * Runs before the queue is sent, to send what the hub would refuse after the end of a shift.
   * Never rejects.
   */
  readonly before: () => Promise<void>;
}

/** Creates the sender of a courier's queue. */
export function createSender(deps: SenderDeps): Sender {
  const { storage, transport, now, random, timer, queue, keys, lock, readEnrolment } = deps;
  let current: SendState = { kind: 'idle' };
  let failures = 0;
  let nextTry: unknown = null;
  let isStopped = false;

  function setState(state: SendState): SendState {
    current = state;
    deps.onChange();
    return state;
  }

  function onProgress(): void {
    failures = 0;
    deps.onChange();
  }

  function flush(): Promise<SendState> {
    timer.clear(nextTry);
    return lock(`waybill send ${keys.queue}`, async () => {
      const enrolment = await readEnrolment();
      if (enrolment.revoked !== null) {
        return setState({ kind: 'revoked', refusal: enrolment.revoked });
      }
      await deps.before();
      setState({ kind: 'sending' });
      const end = await sendQueue({ storage, transport, now, queue, keys, onProgress }, enrolment);
      return settle(end, enrolment);
    });
  }

  async function settle(end: SendEnd, enrolment: Enrolment): Promise<SendState> {
    if (end.kind === 'revoked') return revoke(enrolment, end.refusal);
    if (end.kind === 'empty') {
      failures = 0;
      return setState({ kind: 'idle' });
    }
    failures += 1;
    const waitMs = backoffMs(failures, random(), end.retryAfterMs);
    timer.clear(nextTry);
    if (!isStopped) nextTry = timer.set(() => void flush().catch(() => {}), waitMs);
    return setState({ kind: 'later', reason: end.reason, nextTryAtMs: now() + waitMs });
  }

  async function revoke(by: Enrolment, refusal: Refusal): Promise<SendState> {
    const enrolment = await readEnrolment();
    // The courier has enrolled again meanwhile: the refusal was for the old key.
    if (enrolment.deviceKey !== by.deviceKey) return setState({ kind: 'idle' });
    await storage.write([[keys.enrolment, { ...enrolment, revoked: refusal }]]);
    return setState({ kind: 'revoked', refusal });
  }

  return {
    state: () => current,
    flush,
    revoke,
    wake() {
      // A delay that the hub asked for is kept; after a network failure, try at once.
      const mustWait = current.kind === 'later' && current.reason !== '';
      if (!isStopped && !mustWait) void flush().catch(() => {});
    },
    stop() {
      isStopped = true;
      timer.clear(nextTry);
    },
  };
}

const FIRST_MS = 2_000;
const LONGEST_MS = 300_000;

/**
 * Computes the wait after `failures` consecutive failures, in milliseconds: 2 s, 4 s, 8 s, … 5 min,
 * each randomly up to half shorter. Never less than the hub asked for.
 * @param failures from 1.
 * @param random from 0 to 1.
 * @param retryAfterMs what the answer asked for; null: nothing.
 */
export function backoffMs(failures: number, random: number, retryAfterMs: number | null): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
  return Math.max(Math.round(full * (1 - random / 2)), retryAfterMs ?? 0);
}
