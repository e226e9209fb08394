import { CHART_HEIGHT, ChartFrame, niceMax } from '../../console/kit/chart.tsx';
import { Table } from '../../console/kit/pieces.tsx';
import type { overviewOf } from './overview.ts';

type Hour = Awaited<ReturnType<typeof overviewOf>>['activity'][number];

const COLUMN = 26;
const BAR = 18;

const PLOTS = [
  ['updates', 'Updates recorded', ''],
  ['polls', 'Calls to carriers', ''],
  ['webhooks', 'Requests to merchants’ endpoints', ''],
  ['messages', 'Messages handed over', ''],
  ['lag_s', 'Mean time until an update is visible', ' s'],
] as const;

/** The hub's activity in each of the last 24 hours, as charts and as a table. */
export function ActivityPlots({ activity }: { readonly activity: readonly Hour[] }) {
  const hours = activity.map(({ hour }) => hour.slice(11, 13));
  return (
    <section aria-labelledby="activity">
      <h2 id="activity">The last 24 hours</h2>
      <div class="pairs">
        {PLOTS.map(([kind, name, unit]) => {
          const values = activity.map((hour) => hour[kind]);
          return <Plot key={kind} {...{ name, unit, values, hours }} />;
        })}
      </div>
      <details>
        <summary>The hours as a table</summary>
        <Table label="The last 24 hours" head={['Hour', ...PLOTS.map(([, name]) => name)]} stacks>
          {activity.map((hour) => (
            <tr key={hour.hour}>
              <th scope="row">{`${hour.hour.slice(0, 10)} ${hour.hour.slice(11, 16)}`}</th>
              {PLOTS.map(([kind, , unit]) => (
                <td key={kind}>{written(hour[kind], unit)}</td>
              ))}
            </tr>
          ))}
        </Table>
      </details>
    </section>
  );
}

interface PlotProps {
  readonly name: string;
  readonly unit: string;
  readonly hours: readonly string[];
  readonly values: readonly (number | null)[];
}

function Plot({ name, unit, hours, values }: PlotProps) {
  const most = Math.max(0, ...values.map((value) => value ?? 0));
  const newest = values.at(-1) ?? null;
  return (
    <div>
      <h3>{unit === '' ? name : `${name}, in${unit}`}</h3>
      <ChartFrame
        label={`${name} by hour, in UTC: at most ${written(most, unit)}, ${written(newest, unit)} in this hour`}
        names={hours}
        columnWidth={COLUMN}
        most={most > 0 ? niceMax(most) : 2}
        series={[]}
        column={(nr, x, y) => {
          const value = values[nr] ?? null;
          if (value === null || value === 0) return null;
          const top = Math.min(y(value), CHART_HEIGHT - 1);
          return (
            <rect
              class="series-0"
              x={x + (COLUMN - BAR) / 2}
              y={top}
              width={BAR}
              height={CHART_HEIGHT - top}
            >
              <title>{`${hours[nr]}:00 UTC: ${written(value, unit)}`}</title>
            </rect>
          );
        }}
      />
    </div>
  );
}

function written(value: number | null, unit: string): string {
  if (value === null) return '–';
  const digits = unit === '' ? 0 : 2;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })}${unit}`;
}
