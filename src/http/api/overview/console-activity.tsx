import { localIn } from '../../../kernel/time/zoned-time.ts';
import { Sparkline } from '../../console/kit/chart.tsx';
import { useDates } from '../../console/kit/dates.ts';
import { useMessages, useNumbers, useSpoken } from '../../console/kit/language.ts';
import { Scroller, Table } from '../../console/kit/pieces.tsx';
import type { overviewOf } from './routes.ts';

type Hour = Awaited<ReturnType<typeof overviewOf>>['activity'][number];

const PLOTS = ['updates', 'polls', 'webhooks', 'messages', 'lag_s'] as const;

interface ActivityProps {
  readonly activity: readonly Hour[];
  readonly nowMs: number;
}

/** The hub's last 24 hours by the reader's clock: figures with their charts, and a table. */
export function ActivityPlots({ activity, nowMs }: ActivityProps) {
  const { timeZone } = useSpoken();
  const dates = useDates(nowMs);
  const local = activity.map(({ hour }) => localIn(timeZone, Date.parse(hour)));
  const words = useMessages().console.overview.activity;
  const written = useWritten();
  const plots = PLOTS.filter((kind) => activity.some((hour) => hour[kind])).map((kind) => ({
    kind,
    values: activity.map((hour) => hour[kind]),
    failed: activity.map((hour) => failedIn(hour, kind)),
  }));
  if (plots.length === 0) return null;
  return (
    <section aria-labelledby="activity">
      <h2 id="activity">{words.title}</h2>
      <Scroller label={words.title} class="pairs plots">
        {plots.map((plot) => (
          <Plot key={plot.kind} {...plot} times={local.map(dates.time)} />
        ))}
      </Scroller>
      <details>
        <summary>{words.table}</summary>
        <Table label={words.title} head={[words.hour, ...PLOTS.map((kind) => words[kind])]} stacks>
          {activity.map((hour, index) => (
            <tr key={hour.hour}>
              <th scope="row">{`${dates.day(local[index] ?? '')}, ${dates.time(local[index] ?? '')}`}</th>
              {PLOTS.map((kind) => (
                <td key={kind} class="number">
                  {written(hour[kind], unitOf(kind))}
                  {failedIn(hour, kind) > 0 && (
                    <span class="soft"> · {words.failed({ count: failedIn(hour, kind) })}</span>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </Table>
      </details>
    </section>
  );
}

/** The pages on which the figures can be followed up. */
const PAGES = {
  updates: '/console/hub/carriers',
  polls: '/console/hub/carriers',
  webhooks: '/console/hub/webhooks',
  messages: '/console/hub/notifications?show=all',
  lag_s: '/console/hub/carriers',
} as const satisfies Readonly<Record<Kind, string>>;

type Kind = (typeof PLOTS)[number];

const FAILING: ReadonlySet<Kind> = new Set(['polls', 'webhooks']);

function unitOf(kind: Kind): '' | ' s' {
  return kind === 'lag_s' ? ' s' : '';
}

/** How many of an hour's calls or requests failed; 0 for what cannot. */
function failedIn(hour: Hour, kind: Kind): number {
  if (kind === 'polls') return hour.failed_polls;
  return kind === 'webhooks' ? hour.failed_webhooks : 0;
}

interface PlotProps {
  readonly kind: Kind;
  /** The beginning of each hour, as people write it. */
  readonly times: readonly string[];
  readonly values: readonly (number | null)[];
  /** How many of them failed. */
  readonly failed: readonly number[];
}

function Plot({ kind, times, values, failed }: PlotProps) {
  const words = useMessages().console.overview.activity;
  const written = useWritten();
  const [name, unit] = [words[kind], unitOf(kind)];
  const most = written(Math.max(0, ...values.map((value) => value ?? 0)), unit);
  const newest = values.findLast((value) => value !== null) ?? null;
  const sum = values.reduce<number>((total, value) => total + (value ?? 0), 0);
  const failures = failed.reduce((total, count) => total + count, 0);
  // The lag is a mean and cannot be summed: the latest hour's is shown.
  const isSum = unit === '';
  const titleOf = (index: number) => {
    const count = failed[index] ?? 0;
    const rest = count > 0 ? ` · ${words.failed({ count })}` : '';
    return `${times[index]}: ${written(values[index] ?? null, unit)}${rest}`;
  };
  return (
    <div class="card">
      <h3>
        <a href={PAGES[kind]}>{name}</a>
      </h3>
      <p class="value">{written(isSum ? sum : newest, unit)}</p>
      {!isSum && <p class="soft">{words.latest}</p>}
      {FAILING.has(kind) && (
        <p class={failures > 0 ? 'late' : 'soft'}>
          {failures > 0 && words.answered({ count: sum - failures })}
          {words.failed({ count: failures })}
        </p>
      )}
      <div class="scaled">
        <span class="soft">{most}</span>
        <span class="soft">{written(0, unit)}</span>
        <Sparkline
          {...{ values, failed, titleOf }}
          label={words.byHour({ name, most, newest: written(newest, unit) })}
        />
        <p class="soft times">
          <span>{times[0]}</span>
          <span>{times[times.length / 2]}</span>
          <span>{words.now}</span>
        </p>
      </div>
    </div>
  );
}

/** Writes a value in its unit: times with fractions, and everything else as a whole number. */
function useWritten(): (value: number | null, unit: string) => string {
  const number = useNumbers();
  return (value, unit) => {
    if (value === null) return '–';
    return `${number(value, { maximumFractionDigits: unit === '' ? 0 : 2 })}${unit}`;
  };
}
