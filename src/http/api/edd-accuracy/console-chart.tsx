import type { AccuracyGroup } from '../../../reactions/predictions/index.ts';
import { CHART_HEIGHT, ChartFrame, niceMax } from '../../console/kit/chart.tsx';
import { useMessages, useNumbers } from '../../console/kit/language.ts';

/** The maximum length of a shown name: longer ones would overlap their neighbours. */
const NAME_CHARS_MAX = 15;
const BAR = 30;

/** Widths of a column: few groups have the whole line, but no bar floats in empty space. */
const COLUMN_MIN = 100;
const COLUMN_MAX = 240;
const LINE = 940;

/** Mean errors for the same parcels, ours beside the carrier's; groups from left to right. */
export function AccuracyChart({ groups }: { readonly groups: readonly AccuracyGroup[] }) {
  const words = useMessages().console.deliveryDates;
  const inFigures = useNumbers();
  const shown = (days: number | null) => (days === null ? '–' : inFigures(days, 1));
  const series = [words.parties.ours, words.parties.carrier];
  const pairs = groups.map(({ group, compared }) => ({
    name: group ?? words.unknown,
    parcels: compared.n,
    means: [compared.oursMaeDays, compared.carrierMaeDays],
  }));
  const columnWidth = Math.max(
    COLUMN_MIN,
    Math.min(COLUMN_MAX, Math.floor(LINE / Math.max(1, pairs.length))),
  );
  const all = pairs.map(({ name, means: [ours = null, carrier = null] }) =>
    words.chartPair({ name, ours: shown(ours), carrier: shown(carrier) }),
  );
  return (
    <ChartFrame
      label={words.chartLabel({ pairs: all.join('; ') })}
      names={pairs.map(({ name }) => shortened(name))}
      columnWidth={columnWidth}
      most={niceMax(Math.max(1, ...pairs.flatMap(({ means }) => means.map((mean) => mean ?? 0))))}
      series={series}
      wide
      column={(index, x, y) =>
        pairs[index]?.means.map((mean, at) => {
          const left = x + columnWidth / 2 + (at - 1) * BAR;
          const top = y(mean ?? 0);
          return (
            <g key={series[at]}>
              {mean !== null && (
                <rect
                  class={`series-${at}`}
                  x={left + 1}
                  width={BAR - 2}
                  y={top}
                  height={CHART_HEIGHT - top}
                >
                  <title>
                    {words.bar({
                      name: pairs[index]?.name ?? '',
                      series: series[at] ?? '',
                      days: shown(mean),
                      parcels: pairs[index]?.parcels ?? 0,
                    })}
                  </title>
                </rect>
              )}
              <text class="value" x={left + BAR / 2} y={top - 4} text-anchor="middle">
                {shown(mean)}
              </text>
            </g>
          );
        })
      }
    />
  );
}

interface SplitBarProps {
  readonly parts: readonly {
    readonly part: string;
    readonly share: number;
    readonly text: string;
  }[];
}

/** The shares of a group, side by side. */
export function SplitBar({ parts }: SplitBarProps) {
  return (
    <svg class="split" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
      {parts.map(({ part, share, text }, index) => {
        const x = parts.slice(0, index).reduce((sum, before) => sum + before.share, 0);
        return (
          <rect key={part} class={part} x={x} width={share} height={1}>
            <title>{text}</title>
          </rect>
        );
      })}
    </svg>
  );
}

function shortened(name: string): string {
  return name.length <= NAME_CHARS_MAX ? name : `${name.slice(0, NAME_CHARS_MAX - 1)}…`;
}
