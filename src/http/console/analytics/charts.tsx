import { scaleBand, scaleLinear, scalePoint } from 'd3-scale';
import { line } from 'd3-shape';
import type { ComponentChildren, VNode } from 'preact';
import { Legend } from '../kit/chart.tsx';

/** Charts rendered on the server, without a script; each is above a table with the same data. */

interface Series {
  readonly name: string;
  /** One per name; null: no value. */
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  /** Description for users who cannot see it. */
  readonly label: string;
  /** Along the bottom, from left to right. */
  readonly names: readonly string[];
  /** Text before each name in tooltips, such as `Week from`; absent: names need none. */
  readonly of?: string;
  readonly series: readonly Series[];
  /** Formats a value. */
  readonly write: (value: number) => string;
  /** The minimum for the top of the scale. */
  readonly atLeast: number;
  /** The scale begins at half of its top where all values are above, to tell them apart. */
  readonly isCut?: boolean;
  /** What the legend calls the last period, which is not over: it is dashed or pale. */
  readonly open?: string;
  /** A line to compare with. */
  readonly level?: { readonly name: string; readonly value: number };
}

const WIDTH = 560;
const HEIGHT = 200;
const LEFT = 72;
const RIGHT = 8;
const TOP = 10;
const BOTTOM = 38;
const TICKS = 4;
/** Maximum names below the axis that fit side by side. */
const NAMES_MAX = 9;
/** At most this many names fit at any width. */
const FEW = 5;

/** A cut scale begins at half of its top, or at zero if a value is below. */
function yScale({ series, atLeast, level, isCut = false }: ChartProps) {
  const values = series.flatMap((each) => each.values.map((value) => value ?? atLeast));
  // The highest value stands below the top; a share cannot be above it.
  const most = Math.max(
    atLeast,
    ...values.map((value) => (value > atLeast ? value * 1.05 : value)),
  );
  const isAboveHalf = Math.min(...values, level?.value ?? atLeast) >= most / 2;
  const least = isCut && isAboveHalf ? most / 2 : 0;
  return scaleLinear().domain([least, most]).nice(TICKS).range([HEIGHT, 0]);
}

/** The names as tooltips show them: `Week from Nov 23`. Pure. */
function titlesOf({ names, of }: Pick<ChartProps, 'names' | 'of'>): readonly string[] {
  return of === undefined ? names : names.map((name) => `${of} ${name}`);
}

/** Values as lines from one name to the next. */
export function LineChart(props: ChartProps) {
  const { names, series, write, open, level } = props;
  const titles = titlesOf(props);
  const y = yScale(props);
  const last = names.length - 1;
  const lastOf = (values: Series['values']) => values.findLastIndex((value) => value !== null);
  const lowest = Math.min(...series.map(({ values }) => values[lastOf(values)] ?? Infinity));
  const x = scalePoint<number>()
    .domain(names.map((_, index) => index))
    .range([LEFT, WIDTH - RIGHT])
    .padding(0.4);
  const path = line<number | null>()
    .defined((value) => value !== null)
    .x((_, index) => x(index) ?? 0)
    .y((value) => y(value ?? 0));
  return (
    <Chart
      {...props}
      y={y}
      x={(index) => x(index) ?? 0}
      openMark={
        <g class="line-0">
          <path class="open" d="M0 5H16" />
        </g>
      }
    >
      {level && (
        <line class="level" x1={LEFT} x2={WIDTH} y1={y(level.value)} y2={y(level.value)}>
          <title>{`${level.name}: ${write(level.value)}`}</title>
        </line>
      )}
      {series.map(({ name, values }, at) => (
        <g key={name} class={`line-${at}`}>
          <path d={path(values.slice(0, open ? last : undefined)) ?? ''} fill="none" />
          {open && (
            <path
              class="open"
              d={path(values.map((value, index) => (index < last - 1 ? null : value))) ?? ''}
              fill="none"
            />
          )}
          {values.map((value, index) =>
            value === null ? null : (
              <circle key={names[index]} cx={x(index) ?? 0} cy={y(value)} r={3}>
                <title>{`${titles[index]}, ${name}: ${write(value)}`}</title>
              </circle>
            ),
          )}
          <LastValue
            {...{ write, y }}
            x={(x(lastOf(values)) ?? 0) + 8}
            value={values[lastOf(values)] ?? null}
            isBelow={(values[lastOf(values)] ?? 0) === lowest && series.length > 1}
          />
        </g>
      ))}
    </Chart>
  );
}

interface LastProps extends Pick<FrameProps, 'write' | 'y'> {
  readonly x: number;
  readonly value: number | null;
  /** Below its point: there are higher values. */
  readonly isBelow: boolean;
}

/** The newest value, in figures beside its point. */
function LastValue({ write, x, y, value, isBelow }: LastProps) {
  return value === null ? null : (
    <text
      class="axis strong last"
      x={x}
      y={isBelow ? Math.min(y(value) + 26, HEIGHT - 6) : y(value) - 10}
      text-anchor="end"
    >
      {write(value)}
    </text>
  );
}

/** Values as columns side by side. */
export function ColumnChart(props: ChartProps) {
  const { names, series, write, open } = props;
  const titles = titlesOf(props);
  const y = yScale(props);
  const x = scaleBand<number>()
    .domain(names.map((_, index) => index))
    .range([LEFT, WIDTH - RIGHT])
    .padding(0.2);
  const inner = scaleBand<number>()
    .domain(series.map((_, at) => at))
    .range([0, x.bandwidth()]);
  return (
    <Chart
      {...props}
      y={y}
      x={(index) => (x(index) ?? 0) + x.bandwidth() / 2}
      openMark={<rect class="series-0 open" width="10" height="10" />}
    >
      {series.map(({ name, values }, at) =>
        values.map((value, index) =>
          value === null || value <= 0 ? null : (
            <rect
              key={`${name} ${names[index]}`}
              class={`series-${at}${open && index === names.length - 1 ? ' open' : ''}`}
              x={(x(index) ?? 0) + (inner(at) ?? 0)}
              width={Math.max(1, inner.bandwidth() - 1)}
              y={y(value)}
              height={HEIGHT - y(value)}
            >
              <title>{`${titles[index]}, ${name}: ${write(value)}`}</title>
            </rect>
          ),
        ),
      )}
    </Chart>
  );
}

interface FrameProps extends ChartProps {
  readonly y: ReturnType<typeof yScale>;
  /** The centre of a name. */
  readonly x: (index: number) => number;
  /** How the last period is drawn if it is not over. */
  readonly openMark: VNode;
  readonly children: ComponentChildren;
}

const TIP_WIDTH = 250;
const TIP_LINE = 24;

/** The values of a name, shown while the pointer is above it; the label of the chart has them too. */
function Tips(props: Pick<FrameProps, 'names' | 'of' | 'series' | 'write' | 'x'>) {
  const { names, series, write, x } = props;
  const band = (WIDTH - LEFT) / Math.max(1, names.length);
  const titles = titlesOf(props);
  const height = TIP_LINE * (series.length + 1) + 12;
  return names.map((name, index) => {
    const left = Math.min(Math.max(LEFT, x(index) - TIP_WIDTH / 2), WIDTH - TIP_WIDTH);
    return (
      <g key={name} class="hit">
        <rect class="area" x={x(index) - band / 2} width={band} height={HEIGHT} />
        <g class="tip" transform={`translate(${left} 4)`}>
          <rect class="box" width={TIP_WIDTH} height={height} rx="8" />
          <text class="axis" x="12" y={TIP_LINE}>
            {titles[index]}
          </text>
          {series.map(({ name: each, values }, at) => {
            const value = values[index] ?? null;
            return (
              <text key={each} class="axis strong" x="12" y={TIP_LINE * (at + 2)}>
                {`${each}: ${value === null ? '–' : write(value)}`}
              </text>
            );
          })}
        </g>
      </g>
    );
  });
}

function Chart(props: FrameProps) {
  const { label, names, series, write, y, x, level, open, openMark, children } = props;
  const step = Math.ceil(names.length / NAMES_MAX);
  const isFew = names.length <= FEW;
  const isOpen = open && series.some(({ values }) => (values.at(-1) ?? null) !== null);
  const isFromZero = y.domain()[0] === 0;
  return (
    <figure class="chart">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT + TOP + BOTTOM}`}
        width={WIDTH}
        role="img"
        aria-label={label}
      >
        <g transform={`translate(0 ${TOP})`}>
          {y.ticks(TICKS).map((value) => (
            <g key={value}>
              <line class="grid" x1={LEFT} x2={WIDTH} y1={y(value)} y2={y(value)} />
              <text class="axis" x={LEFT - 6} y={y(value)} dy="0.35em" text-anchor="end">
                {write(value)}
              </text>
            </g>
          ))}
          {!isFromZero && <path class="break" d={`M${LEFT + 8} ${HEIGHT}v-6l-6-5 12-6-6-5v-6`} />}
          {names.map((name, index) =>
            (names.length - 1 - index) % step === 0 ? (
              <text
                key={name}
                class={
                  isFew || ((names.length - 1 - index) / step) % 2 === 0 ? 'axis' : 'axis second'
                }
                // The last column is narrower than its name, which would be clipped.
                x={!isFew && index === names.length - 1 ? WIDTH : x(index)}
                y={HEIGHT + 30}
                text-anchor={!isFew && index === names.length - 1 ? 'end' : 'middle'}
              >
                {name}
              </text>
            ) : null,
          )}
          {children}
          <Tips {...props} />
        </g>
      </svg>
      <Legend
        names={series.map(({ name }) => name)}
        marks={[
          ...(isOpen ? [{ name: open, mark: openMark }] : []),
          ...(level ? [{ name: level.name, mark: <path class="level" d="M0 5H16" /> }] : []),
        ]}
      />
    </figure>
  );
}
