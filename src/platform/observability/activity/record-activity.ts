import type { Registry } from 'prom-client';
import type { Machines } from '../../machines.ts';
import { type Loop, startLoop } from '../../work/loop.ts';
import { addActivity } from './activity.sql.ts';

const EVERY_MS = 60_000;

/** The counter of each figure: all its series are summed, or only those with these labels. */
const COUNTERS: Readonly<
  Record<
    ActivityKind,
    { metric: string; series?: string; labels?: Readonly<Record<string, string>> }
  >
> = {
  // A repetition by another source is not an update.
  updates: { metric: 'waybill_observations_total', labels: { first: 'yes' } },
  polls: { metric: 'waybill_poller_calls_total', labels: { purpose: 'call' } },
  webhooks: { metric: 'waybill_webhook_attempts_total' },
  messages: { metric: 'waybill_notification_seconds', series: 'count' },
  seen: { metric: 'waybill_ingest_lag_seconds', series: 'count' },
  lag_s: { metric: 'waybill_ingest_lag_seconds', series: 'sum' },
};

/**
 * Stores each minute what this process did, for the plots of the operators' console. The activity
 * of the minute before a crash is lost.
 */
export function recordActivity({
  metrics,
  database,
  clock,
  log,
  shutdown,
}: Pick<Machines, 'metrics' | 'database' | 'clock' | 'log'> & {
  readonly shutdown: Pick<Machines['shutdown'], 'onStop'>;
}): Loop {
  let known = activityOf(() => 0);
  const loop = startLoop({
    everyMs: EVERY_MS,
    async run() {
      const now = await readActivity(metrics);
      await addActivity(database.pipeline, slotOf(clock.nowMs()), doneSince(known, now));
      known = now;
    },
    // It is stored with the next minute's.
    onFailure: (err) => log.debug({ err }, 'the activity was not written down'),
  });
  shutdown.onStop('activity', async () => {
    await loop.now().catch((err) => log.warn({ err }, 'the last activity was not written down'));
    await loop.stop();
  });
  return loop;
}

/** Returns this process's activity since its start; 0 for work it does not do. */
export async function readActivity(registry: Registry): Promise<Activity> {
  const totals = new Map<ActivityKind, number>();
  for (const kind of Object.keys(COUNTERS) as ActivityKind[]) {
    const { metric, series, labels = {} } = COUNTERS[kind];
    const metricValues = await registry.getSingleMetric(metric)?.get();
    const name = series === undefined ? undefined : `${metric}_${series}`;
    const values = (metricValues?.values ?? []).filter(
      (each) =>
        (name === undefined || ('metricName' in each && each.metricName === name)) &&
        Object.entries(labels).every(([label, value]) => each.labels[label] === value),
    );
    totals.set(
      kind,
      values.reduce((sum, { value }) => sum + value, 0),
    );
  }
  return activityOf((kind) => totals.get(kind) ?? 0);
}

/**
 * The hub's activity over time, for plots of a day: counted by each process, summed in the
 * database.
 */

/**
 * `lag_s` is the sum of the seconds that all of `seen` waited, so that processes can be added up.
 */
export const ACTIVITY_KINDS = [
  'updates',
  'polls',
  'webhooks',
  'messages',
  'seen',
  'lag_s',
] as const;
type ActivityKind = (typeof ACTIVITY_KINDS)[number];
export type Activity = Readonly<Record<ActivityKind, number>>;

export const SLOT_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;

/** Returns the start of the slot of an instant. Pure. */
export function slotOf(atMs: number): number {
  return Math.floor(atMs / SLOT_MS) * SLOT_MS;
}

/** Returns the activity between two readings of the same process's counters. Pure. */
export function doneSince(before: Activity, now: Activity): Activity {
  return activityOf((kind) => Math.max(0, now[kind] - before[kind]));
}

export function activityOf(value: (kind: ActivityKind) => number): Activity {
  return Object.fromEntries(ACTIVITY_KINDS.map((kind) => [kind, value(kind)])) as Record<
    ActivityKind,
    number
  >;
}

export interface ActivitySlot {
  readonly atMs: number;
  readonly kind: ActivityKind;
  readonly value: number;
}

interface ActivityHour extends Activity {
  /** The start of the slot, epoch ms in UTC. */
  readonly atMs: number;
}

/**
 * Returns the hours up to the current one, oldest first, including those without activity. Pure.
 */
export function hoursOf(
  slots: readonly ActivitySlot[],
  nowMs: number,
  hours = 24,
): readonly ActivityHour[] {
  const lastMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  return Array.from({ length: hours }, (_, nr) => {
    const atMs = lastMs - (hours - 1 - nr) * HOUR_MS;
    const within = slots.filter((slot) => slot.atMs >= atMs && slot.atMs < atMs + HOUR_MS);
    const sum = (kind: ActivityKind) =>
      within.reduce((total, slot) => total + (slot.kind === kind ? slot.value : 0), 0);
    return { atMs, ...activityOf(sum) };
  });
}
