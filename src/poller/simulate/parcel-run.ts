import { isTerminal, type Status } from '../../kernel/status.ts';
import type { ParcelHistory } from '../hazard/bins.ts';
import type { ParcelView, PollPolicy, Spend } from '../policy/policy.ts';

/** No parcel is polled more often than this, so that a faulty policy ends. */
const CALLS_MAX = 20_000;
/** A parcel whose history has no end is tracked this long after its last fact. */
const TRACKED_MS = 2 * 86_400_000;

/** How long an update remained undetected. */
export interface Detection {
  readonly status: Status;
  readonly delayMinutes: number;
}

export interface ParcelRun {
  readonly calls: number;
  /** The calls that brought nothing. */
  readonly wasted: number;
}

/**
 * Runs one parcel on a virtual clock: it is polled at registration, then whenever the policy says.
 * The policy gets what a hub would know. The run ends with the poll that finds the end; each
 * detection is reported.
 */
export function runParcel(
  history: ParcelHistory,
  policy: PollPolicy,
  spend: Spend,
  onDetection: (detection: Detection) => void,
): ParcelRun {
  const { facts, createdAtMs } = history;
  const untilMs = Math.max(createdAtMs, facts.at(-1)?.atMs ?? createdAtMs) + TRACKED_MS;
  let view = registered(history);
  let known = 0;
  let wasted = 0;
  let calls = 0;
  let nowMs = createdAtMs;
  while (calls < CALLS_MAX && nowMs <= untilMs) {
    calls += 1;
    const before = known;
    for (let fact = facts[known]; fact !== undefined && fact.atMs <= nowMs; fact = facts[known]) {
      onDetection({ status: fact.status, delayMinutes: (nowMs - fact.atMs) / 60_000 });
      known += 1;
    }
    const ended = facts.slice(before, known).some(({ status }) => isTerminal(status));
    const isUpdate = known > before;
    if (!isUpdate) wasted += 1;
    const latest = facts[known - 1];
    view = {
      ...view,
      lastPolledAtMs: nowMs,
      status: latest?.status ?? view.status,
      lastFactAtMs: latest?.atMs ?? null,
      lastUpdateAtMs: isUpdate ? nowMs : view.lastUpdateAtMs,
    };
    if (ended) break;
    nowMs = Math.ceil(policy.next(view, nowMs, spend).atMs);
  }
  return { calls, wasted };
}

/** Returns a parcel as a hub has it at registration; the carrier already knows the label. */
function registered(history: ParcelHistory): ParcelView {
  const { facts: _, ...known } = history;
  return {
    ...known,
    status: 'created',
    lastFactAtMs: null,
    lastUpdateAtMs: null,
    lastPolledAtMs: null,
    push: 'none',
    known: true,
    missesInARow: 0,
  };
}
