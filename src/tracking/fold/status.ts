import type { Status } from '../../kernel/status.ts';
import { type Judged, stands } from './judged.ts';
import type { ReturnLatch } from './return-latch.ts';

/** The status of one piece after the rules. */
export interface Shown {
  readonly status: Status;
  readonly reason: string | null;
  /**
   * The fact that set the status; null for `created`, and when only a return flag says "returning".
   */
  readonly steering: Judged | null;
  /** The return that has begun; null if there is none. */
  readonly latch: ReturnLatch | null;
}

const NOTHING_RECEIVED: Shown = {
  status: 'created',
  reason: null,
  steering: null,
  latch: null,
};

/**
 * Returns the status of the last fact that still stands, in the order (lo, hi, identity). Once a
 * return has begun (`latch`), later facts are read as parts of the return.
 */
export function readStatus(facts: readonly Judged[], latch: ReturnLatch | null): Shown {
  const last = facts.findLast(stands) ?? null;
  const delivery = facts.findLast((judged) => stands(judged) && judged.isDelivery) ?? null;
  if (latch !== null) return readReturn(facts, latch, last, delivery);
  if (last === null) return NOTHING_RECEIVED;
  const back = delivery !== null && facts.some(isReturned);
  return shown(back ? 'returned_to_sender' : statusOf(last), last, null);
}

/**
 * Whether the fact says that the parcel is back at the sender. A delivery in the same facts was
 * then the delivery to the sender.
 */
function isReturned(judged: Judged): boolean {
  return stands(judged) && judged.fact.reading.status === 'returned_to_sender';
}

/**
 * Returns the status during a return: `returned_to_sender` after a delivery; `exception` if that is
 * the last fact and not older than the return flag; otherwise `returning`.
 */
function readReturn(
  facts: readonly Judged[],
  latch: ReturnLatch,
  last: Judged | null,
  delivery: Judged | null,
): Shown {
  if (delivery !== null) return shown('returned_to_sender', delivery, latch);
  const flaggedMs = latch.flag?.asOfMs ?? Number.NEGATIVE_INFINITY;
  if (last !== null && statusOf(last) === 'exception' && last.lo >= flaggedMs) {
    return shown('exception', last, latch);
  }
  const returning = facts.findLast((judged) => stands(judged) && statusOf(judged) === 'returning');
  return shown('returning', returning ?? null, latch);
}

function shown(status: Status, steering: Judged | null, latch: ReturnLatch | null): Shown {
  return { status, reason: steering?.fact.reading.reason ?? null, steering, latch };
}

function statusOf(judged: Judged): Status {
  const { status } = judged.fact.reading;
  return status === 'none' ? 'created' : status;
}
