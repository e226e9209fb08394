import type { Status } from '../../kernel/status.ts';
import type { ParcelHistory } from '../hazard/bins.ts';
import type { PollPolicy, Spend } from '../policy/policy.ts';
import { runParcel } from './parcel-run.ts';

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
