import type { ComponentChildren, VNode } from 'preact';

interface ChartFrameProps {
  /** Description for users who cannot see it. */
  readonly label: string;
  /** Names of the columns, from left to right. */
  readonly names: readonly string[];
  readonly columnWidth: number;
  /** The top of the scale. */
  readonly most: number;
  /** Follows the numbers of the scale. */
  readonly unit?: string;
  /** Legend for the colours `series-0` and so on. Empty when the heading explains them. */
  readonly series: readonly string[];
  /** Scrolls instead of shrinking when there is no room. */
  readonly wide?: boolean;
  /** Draws one column from its left edge `x`; `y` converts a value to its y coordinate. */
  readonly column: (index: number, x: number, y: (value: number) => number) => ComponentChildren;
}

/** Height of the drawing, without names. */
export const CHART_HEIGHT = 160;
const LEFT = 34;
/** The last name is wider than its column. */
const RIGHT = 8;
const TOP = 16;
const BOTTOM = 28;

/** A column chart as SVG, rendered on the server: the scale, names below, and the legend. */
export function ChartFrame(props: ChartFrameProps) {
  const { label, names, columnWidth, most, unit = '', series, wide = false, column } = props;
  const width = LEFT + names.length * columnWidth + RIGHT;
  const y = (value: number) => CHART_HEIGHT - (value / most) * CHART_HEIGHT;
  return (
    <figure class="chart">
      <svg
        viewBox={`0 0 ${width} ${CHART_HEIGHT + TOP + BOTTOM}`}
        width={width}
        class={wide ? 'wide' : undefined}
        role="img"
        aria-label={label}
      >
        <g transform={`translate(0 ${TOP})`}>
          {[0, most / 2, most].map((value) => (
            <g key={value}>
              <line class="grid" x1={LEFT} x2={width} y1={y(value)} y2={y(value)} />
              <text class="axis" x={LEFT - 6} y={y(value) + 4} text-anchor="end">
                {`${value}${unit}`}
              </text>
            </g>
          ))}
          {names.map((name, index) => (
            <g key={name}>
              {column(index, LEFT + index * columnWidth, y)}
              <text
                class={(names.length - index) % 2 === 1 ? 'axis' : 'axis second'}
                x={LEFT + index * columnWidth + columnWidth / 2}
                y={CHART_HEIGHT + 7}
                dy="0.8em"
                text-anchor="middle"
              >
                {name}
              </text>
            </g>
          ))}
        </g>
      </svg>
      {series.length > 0 && <Legend names={series} />}
    </figure>
  );
}

interface LegendProps {
  readonly names: readonly string[];
  /** What else is drawn, and how: 16 × 10. */
  readonly marks?: readonly { readonly name: string; readonly mark: VNode }[];
}

/** Legend for the colours `series-0` and so on. */
export function Legend({ names, marks = [] }: LegendProps) {
  return (
    <figcaption>
      <ul class="legend">
        {names.map((name, index) => (
          <li key={name}>
            <svg width="10" height="10" aria-hidden="true">
              <rect class={`series-${index}`} width="10" height="10" />
            </svg>{' '}
            <span class="sentence">{name}</span>
          </li>
        ))}
        {marks.map(({ name, mark }) => (
          <li key={name}>
            <svg width="16" height="10" aria-hidden="true">
              {mark}
            </svg>{' '}
            {name}
          </li>
        ))}
      </ul>
    </figcaption>
  );
}

/** Rounds up to an even number with one digit and zeros, so that half of it is round too. */
export function niceMax(most: number): number {
  const unit = 10 ** Math.floor(Math.log10(most));
  const nice = [1, 2, 4, 6, 8, 10].find((step) => step * unit >= most) ?? 10;
  return Math.max(2, nice * unit);
}

interface SparklineProps {
  /** Description for users who cannot see it. */
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** Which part of each failed. */
  readonly failed: readonly number[];
  /** What a bar says when it is pointed at. */
  readonly titleOf: (index: number) => string;
}

const SPARK_HEIGHT = 28;
const SPARK_COLUMN = 8;

/** Bars below the figure that they lead to; what failed is at their foot. */
export function Sparkline({ label, values, failed, titleOf }: SparklineProps) {
  const most = Math.max(...values.map((value) => value ?? 0));
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${values.length * SPARK_COLUMN} ${SPARK_HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {values.map((value, index) => {
        const height = value ? Math.max(2, (value / most) * SPARK_HEIGHT) : 1;
        const bars: [look: string, high: number][] = [[value ? 'series-0' : 'none', height]];
        const count = failed[index] ?? 0;
        if (count > 0) bars.push(['failed', Math.max(2, (count / most) * SPARK_HEIGHT)]);
        return (
          <g key={titleOf(index)}>
            <title>{titleOf(index)}</title>
            {bars.map(([look, high]) => (
              <rect
                key={look}
                class={look}
                x={index * SPARK_COLUMN + 1}
                y={SPARK_HEIGHT - high}
                width={SPARK_COLUMN - 2}
                height={high}
              />
            ))}
          </g>
        );
      })}
    </svg>
  );
}
