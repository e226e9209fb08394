import type { Status } from '../../kernel/status.ts';
import { type Judged, stands } from './judged.ts';
import type { ReturnLatch } from './return-latch.ts';

/** What one piece shows after the rules. */
export interface Shown {
  readonly status: Status;
  readonly reason: string | null;
  /** The fact that set the status; null for `created`, or when only a flag says "returning". */
  readonly steering: Judged | null;
  readonly latch: ReturnLatch | null;
}

const NOTHING_RECEIVED: Shown = {
  status: 'created',
  reason: null,
  steering: null,
  latch: null,
};

/** The standing fact that is last by (lo, hi, identity) is the status, read under the latch. */
export function readStatus(facts: readonly Judged[], latch: ReturnLatch | null): Shown {
  const last = facts.findLast(stands) ?? null;
  const delivery = facts.findLast((judged) => stands(judged) && judged.delivery) ?? null;
  if (latch !== null) return readReturn(facts, latch, last, delivery);
  if (last === null) return NOTHING_RECEIVED;
  const back = delivery !== null && facts.some(isBack);
  return shown(back ? 'returned_to_sender' : statusOf(last), last, null);
}

/** A delivery which overlaps "back at the sender" was to the sender. */
function isBack(judged: Judged): boolean {
  return stands(judged) && judged.fact.reading.status === 'returned_to_sender';
}

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
