import type { Mode } from '../../../kernel/tenant.ts';
import type { RandomBytes } from '../../../platform/clock.ts';

/**
 * Identifies a queue: one endpoint's deliveries of one subject, which the holder of the queue sends
 * one after the other.
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
  /** The number of tries so far, since the delivery was created or last replayed. */
  readonly tries: number;
  readonly recordedAtMs: number;
  readonly requestedAtMs: number;
}

/** A queue that this process holds. */
export interface HeldQueue extends QueueKey {
  /** The token in the queue's row while this process holds the queue. */
  readonly token: string;
  readonly heldUntilMs: number;
  /** The deliveries in order. The first is the one that is being sent or will be sent next. */
  readonly queue: Sendable[];
  /**
   * The sequence of the last delivery that was ever added here; -1: none. Only the one that follows
   * it may be added.
   */
  lastSequence: number;
  /**
   * The sequence of the last delivery settled since this process has held the queue; all before it
   * are settled, too. Null: none.
   */
  settledSequence: number | null;
  /** Whether the queue is being released: nothing may be added then. */
  isLeaving: boolean;
}

/** A name of the queue, to be used as a key of a map; `queueKeyOf` is the inverse. */
export function queueName({ endpointId, subjectId }: QueueKey): string {
  return `${endpointId} ${subjectId}`;
}

export function queueKeyOf(name: string): QueueKey {
  const [endpointId = '', subjectId = ''] = name.split(' ');
  return { endpointId, subjectId };
}

/**
 * How long a queue is held: a little longer than two timeouts, so that every request that began in
 * time has ended before another process may begin one.
 */
export const LEASE_MS = 30_000;
/** The time beyond the timeout that must be left of a lease before a request begins. */
export const LEASE_MARGIN_MS = 1_000;
/** The maximum number of deliveries of a queue in memory; the rest waits in the table. */
export const QUEUE_LENGTH_MAX = 16;

/**
 * Returns a function that creates tokens which no other process uses at the same time: 32 random
 * bits, then a count.
 */
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
