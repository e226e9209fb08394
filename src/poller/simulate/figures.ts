import { isTerminal, type Status } from '../../kernel/status.ts';
import type { ParcelHistory } from '../hazard/bins.ts';
import type { ParcelView, PollPolicy, Spend } from '../policy/policy.ts';

/** The kinds of updates whose delay is listed separately, besides the overall delay. */
export const SEPARATE_STATUSES = ['out_for_delivery', 'delivered', 'exception'] as const;
export type Kind = 'overall' | (typeof SEPARATE_STATUSES)[number];

/** Delays in minutes; null if there was no such update. */
export interface Delays {
  readonly count: number;
  readonly mean: number | null;
  readonly median: number | null;
  readonly p95: number | null;
}

export interface Figures {
  readonly callsPerParcel: number;
  /** The calls of these that brought nothing. */
  readonly wastedPerParcel: number;
  readonly delayMinutes: Readonly<Record<Kind, Delays>>;
}

/**
 * Runs one policy over many parcels: counts its calls, and its delay in detecting each kind of
 * update.
 */
export function figuresOf(
  histories: readonly ParcelHistory[],
  policy: PollPolicy,
  spend: Spend,
): Figures {
  const delays = new Map<Status, number[]>();
  const overall: number[] = [];
  let calls = 0;
  let wasted = 0;
  for (const history of histories) {
    const run = runParcel(history, policy, spend, ({ status, delayMinutes }) => {
      overall.push(delayMinutes);
      const alike = delays.get(status);
      if (alike === undefined) delays.set(status, [delayMinutes]);
      else alike.push(delayMinutes);
    });
    calls += run.calls;
    wasted += run.wasted;
  }
  const [forDelivery, delivered, exception] = SEPARATE_STATUSES.map((kind) =>
    delaysOf(delays.get(kind) ?? []),
  );
  const none = delaysOf([]);
  return {
    callsPerParcel: calls / histories.length,
    wastedPerParcel: wasted / histories.length,
    delayMinutes: {
      overall: delaysOf(overall),
      out_for_delivery: forDelivery ?? none,
      delivered: delivered ?? none,
      exception: exception ?? none,
    },
  };
}

function delaysOf(minutes: readonly number[]): Delays {
  const sorted = Float64Array.from(minutes).sort();
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
  const mean = sorted.length === 0 ? null : sorted.reduce((sum, each) => sum + each, 0);
  return {
    count: sorted.length,
    mean: mean === null ? null : mean / sorted.length,
    median: at(0.5),
    p95: at(0.95),
  };
}

/** No parcel is polled more often than this, so that a faulty policy ends. */
const CALLS_MAX = 20_000;
/** A parcel whose history has no end is tracked this long after its last fact. */
const TRACKED_MS = 2 * 86_400_000;

/** How long an update remained undetected. */
interface Detection {
  readonly status: Status;
  readonly delayMinutes: number;
}

interface ParcelRun {
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
  let view = viewAtRegistration(history);
  let detectedCount = 0;
  let wasted = 0;
  let calls = 0;
  let nowMs = createdAtMs;
  while (calls < CALLS_MAX && nowMs <= untilMs) {
    calls += 1;
    const before = detectedCount;
    for (
      let fact = facts[detectedCount];
      fact !== undefined && fact.atMs <= nowMs;
      fact = facts[detectedCount]
    ) {
      onDetection({ status: fact.status, delayMinutes: (nowMs - fact.atMs) / 60_000 });
      detectedCount += 1;
    }
    const ended = facts.slice(before, detectedCount).some(({ status }) => isTerminal(status));
    const isUpdate = detectedCount > before;
    if (!isUpdate) wasted += 1;
    const latest = facts[detectedCount - 1];
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
function viewAtRegistration(history: ParcelHistory): ParcelView {
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
