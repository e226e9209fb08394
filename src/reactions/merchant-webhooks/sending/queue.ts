import type { Mode } from '../../../kernel/tenant.ts';
import type { RandomBytes } from '../../../platform/clock.ts';

/**
 * One endpoint's deliveries of one subject: sent one after the other, by the holder of the queue.
 */
export interface QueueKey {
  readonly endpointId: string;
  readonly subjectId: string;
}

/** A delivery as its sender needs it. */
export interface Sendable extends QueueKey {
  readonly id: string;
  readonly merchantId: string;
  readonly mode: Mode;
  readonly type: string;
  readonly sequence: number;
  readonly previousSequence: number | null;
  readonly body: Uint8Array;
  /** Tries so far, since it was made or last replayed. */
  readonly tries: number;
  readonly recordedAtMs: number;
  readonly requestedAtMs: number;
}

/** A queue that this process holds. */
export interface HeldQueue extends QueueKey {
  /** Written in the queue's row while we hold it. */
  readonly token: string;
  readonly heldUntilMs: number;
  /** In order; the first is the one that is, or will next be, under way. */
  readonly queue: Sendable[];
  /** The last one that was ever queued here, -1: none. Only what follows it may be added. */
  lastSequence: number;
  /** The last one that is settled since we hold it, and with it all before. */
  settledSequence: number | null;
  /** It is being given back: nothing may be added. */
  isLeaving: boolean;
}

export function queueName({ endpointId, subjectId }: QueueKey): string {
  return `${endpointId} ${subjectId}`;
}

export function queueKeyOf(name: string): QueueKey {
  const [endpointId = '', subjectId = ''] = name.split(' ');
  return { endpointId, subjectId };
}

/**
 * How long a queue is held: twice the time-out and some, so that what was begun in time has ended
 * before anybody else may begin.
 */
export const LEASE_MS = 30_000;
/** Before its first request a queue must have this much beyond the time-out. */
export const LEASE_MARGIN_MS = 1_000;
/** Deliveries of one queue in memory at once; the rest waits in its table. */
export const QUEUE_LENGTH_MAX = 16;

/** Numbers that no other process uses at the same time: 32 random bits, then a count. */
export function createTokens(randomBytes: RandomBytes): () => string {
  const draw = () => 1 + Buffer.from(randomBytes(4)).readUInt32BE(0);
  let first = draw();
  let count = 0;
  return () => {
    count += 1;
    if (count >= 1_000_000) {
      first = draw();
      count = 0;
    }
    return String(first * 1_000_000 + count);
  };
}
