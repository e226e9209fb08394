import type { Registry } from 'prom-client';
import type { Machines } from '../../machines.ts';
import { type Loop, startLoop } from '../../work/loop.ts';
import { addActivity } from './activity.sql.ts';
import { type Activity, type ActivityKind, activityOf, doneSince, slotOf } from './activity.ts';

const EVERY_MS = 60_000;

/**
 * The counter of each figure: all its series are summed, or only those with these labels, except
 * outcomes that begin with one of these characters, as 2xx does.
 */
const COUNTERS: Readonly<
  Record<
    ActivityKind,
    {
      metric: string;
      series?: string;
      labels?: Readonly<Record<string, string>>;
      exceptOutcomes?: string;
    }
  >
> = {
  // A repetition by another source is no update.
  updates: { metric: 'waybill_observations_total', labels: { first: 'yes' } },
  polls: { metric: 'waybill_poller_calls_total', labels: { purpose: 'call' } },
  // A 4xx answers, too: carriers do not know a number before its first scan. A rate limit does not.
  failed_polls: {
    metric: 'waybill_poller_calls_total',
    labels: { purpose: 'call' },
    exceptOutcomes: '234',
  },
  webhooks: { metric: 'waybill_webhook_attempts_total' },
  failed_webhooks: { metric: 'waybill_webhook_attempts_total', exceptOutcomes: '2' },
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
    const { metric, series, labels = {}, exceptOutcomes = '' } = COUNTERS[kind];
    const metricValues = await registry.getSingleMetric(metric)?.get();
    const name = series === undefined ? undefined : `${metric}_${series}`;
    const values = (metricValues?.values ?? []).filter(
      (each) =>
        (name === undefined || ('metricName' in each && each.metricName === name)) &&
        Object.entries(labels).every(([label, value]) => each.labels[label] === value) &&
        (exceptOutcomes === '' ||
          !exceptOutcomes.includes(String(each.labels['outcome']).charAt(0))),
    );
    totals.set(
      kind,
      values.reduce((sum, { value }) => sum + value, 0),
    );
  }
  return activityOf((kind) => totals.get(kind) ?? 0);
}
