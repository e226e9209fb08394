import type { ComponentChildren } from 'preact';

/** Columns on a scale, with a name below each and a legend: drawn here, without a script. */
interface ChartFrameProps {
  /** What it says, for whoever cannot see it. */
  readonly label: string;
  /** Of the columns, from left to right. */
  readonly names: readonly string[];
  readonly columnWidth: number;
  /** The top of the scale. */
  readonly most: number;
  /** What the colours are; those of `series-0` and so on. None where the heading says it. */
  readonly series: readonly string[];
  /** Scrolls where there is no room instead of shrinking. */
  readonly wide?: boolean;
  /** What stands in a column, from its left edge `x`; `y` is how high a value reaches. */
  readonly column: (nr: number, x: number, y: (value: number) => number) => ComponentChildren;
}

/** Of the drawing, without names. */
export const CHART_HEIGHT = 160;
const LEFT = 34;
const TOP = 16;
const BOTTOM = 22;

export function ChartFrame(props: ChartFrameProps) {
  const { label, names, columnWidth, most, series, wide = false, column } = props;
  const width = LEFT + names.length * columnWidth;
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
                {value}
              </text>
            </g>
          ))}
          {names.map((name, nr) => (
            <g key={name}>
              {column(nr, LEFT + nr * columnWidth, y)}
              <text
                class={(names.length - nr) % 2 === 1 ? 'axis' : 'axis second'}
                x={LEFT + nr * columnWidth + columnWidth / 2}
                y={CHART_HEIGHT + 16}
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

/** What the colours of a chart are; those of `series-0` and so on. */
export function Legend({ names }: { readonly names: readonly string[] }) {
  return (
    <figcaption>
      <ul class="legend">
        {names.map((name, nr) => (
          <li key={name}>
            <svg width="10" height="10" aria-hidden="true">
              <rect class={`series-${nr}`} width="10" height="10" />
            </svg>{' '}
            {name}
          </li>
        ))}
      </ul>
    </figcaption>
  );
}

/** An even number with few digits, so that its half is one too. */
export function niceMax(most: number): number {
  const unit = 10 ** Math.floor(Math.log10(most));
  const nice = [1, 2, 4, 6, 8, 10].find((step) => step * unit >= most) ?? 10;
  return Math.max(2, nice * unit);
}
