import { backoffMs } from './backoff.ts';
import type { DriverPorts, Lock } from './ports.ts';
import type { Queue } from './queue.ts';
import { type SendEnd, sendQueue } from './send-queue.ts';
import type { Enrolment, Keys } from './stored.ts';
import type { Refusal } from './wire.ts';

/** How the sending stands. */
export type SendState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending' }
  /** `reason` in the server's words; empty: there was no answer. */
  | { readonly kind: 'later'; readonly reason: string; readonly nextTryAtMs: number }
  /** The key opens nothing any more. What waits is kept, and goes once the courier enrols again. */
  | { readonly kind: 'revoked'; readonly refusal: Refusal };

/** Sends the queue when something is put into it, when its time has come and when it is told to. */
export interface Sender {
  state(): SendState;
  /** Whoever asks while it runs gets a run that begins after this one. */
  flush(): Promise<SendState>;
  /** There is something new: sends it, unless the hub asked for time. */
  wake(): void;
  /** The key that `enrolment` has opens nothing any more. */
  revoke(enrolment: Enrolment, refusal: Refusal): Promise<SendState>;
  stop(): void;
}

export interface SenderDeps extends DriverPorts {
  readonly queue: Queue;
  readonly keys: Keys;
  readonly lock: Lock;
  readonly readEnrolment: () => Promise<Enrolment>;
  readonly onChange: () => void;
  /** Done before the queue is sent: what a shift's end would refuse afterwards. Never rejects. */
  readonly before: () => Promise<void>;
}

export function createSender(deps: SenderDeps): Sender {
  const { storage, transport, now, random, timer, queue, keys, lock, readEnrolment } = deps;
  let current: SendState = { kind: 'idle' };
  let failures = 0;
  let nextTry: unknown = null;
  let isStopped = false;

  function become(state: SendState): SendState {
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
        return become({ kind: 'revoked', refusal: enrolment.revoked });
      }
      await deps.before();
      become({ kind: 'sending' });
      const end = await sendQueue({ storage, transport, now, queue, keys, onProgress }, enrolment);
      return settle(end, enrolment);
    });
  }

  async function settle(end: SendEnd, enrolment: Enrolment): Promise<SendState> {
    if (end.kind === 'revoked') return revoke(enrolment, end.refusal);
    if (end.kind === 'empty') {
      failures = 0;
      return become({ kind: 'idle' });
    }
    failures += 1;
    const waitMs = backoffMs(failures, random(), end.retryAfterMs);
    timer.clear(nextTry);
    if (!isStopped) nextTry = timer.set(() => void flush().catch(() => {}), waitMs);
    return become({ kind: 'later', reason: end.reason, nextTryAtMs: now() + waitMs });
  }

  async function revoke(by: Enrolment, refusal: Refusal): Promise<SendState> {
    const enrolment = await readEnrolment();
    // Enrolled anew meanwhile: the refusal was the old key's.
    if (enrolment.deviceKey !== by.deviceKey) return become({ kind: 'idle' });
    await storage.write([[keys.enrolment, { ...enrolment, revoked: refusal }]]);
    return become({ kind: 'revoked', refusal });
  }

  return {
    state: () => current,
    flush,
    revoke,
    wake() {
      // A hub that asked for time gets it; a network that was away may be back at any moment.
      const mustWait = current.kind === 'later' && current.reason !== '';
      if (!isStopped && !mustWait) void flush().catch(() => {});
    },
    stop() {
      isStopped = true;
      timer.clear(nextTry);
    },
  };
}
