import type { AccuracyGroup } from '../../../reactions/predictions/index.ts';
import { CHART_HEIGHT, ChartFrame, niceMax } from '../../console/kit/chart.tsx';

/** The maximum length of a shown name: longer ones would overlap their neighbours. */
const NAME_CHARS_MAX = 15;
const COLUMN = 100;
const BAR = 30;
const SERIES = ['the hub', 'the carrier'] as const;

/** Mean errors for the same parcels, ours beside the carrier's; groups from left to right. */
export function AccuracyChart({ groups }: { readonly groups: readonly AccuracyGroup[] }) {
  const pairs = groups.map(({ group, compared }) => ({
    name: group ?? 'not known',
    parcels: compared.n,
    means: [compared.oursMaeDays, compared.carrierMaeDays],
  }));
  const said = pairs.map(({ name, means }) => `${name} ${means.map(shown).join(' and ')}`);
  return (
    <ChartFrame
      label={`Mean error in days, the hub's dates and the carrier's: ${said.join('; ')}.`}
      names={pairs.map(({ name }) => shortened(name))}
      columnWidth={COLUMN}
      most={niceMax(Math.max(1, ...pairs.flatMap(({ means }) => means.map((mean) => mean ?? 0))))}
      series={SERIES}
      wide
      column={(nr, x, y) =>
        pairs[nr]?.means.map((mean, at) => {
          const left = x + COLUMN / 2 + (at - 1) * BAR;
          const top = y(mean ?? 0);
          return (
            <g key={SERIES[at]}>
              {mean !== null && (
                <rect
                  class={`series-${at}`}
                  x={left + 1}
                  width={BAR - 2}
                  y={top}
                  height={CHART_HEIGHT - top}
                >
                  <title>{`${pairs[nr]?.name}, ${SERIES[at]}: ${shown(mean)} days, ${counted(pairs[nr]?.parcels ?? 0)}`}</title>
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

/** Days to one decimal place. */
function shown(days: number | null): string {
  return days === null ? '–' : days.toFixed(1);
}

function counted(parcels: number): string {
  return `${parcels} ${parcels === 1 ? 'parcel' : 'parcels'}`;
}

function shortened(name: string): string {
  return name.length <= NAME_CHARS_MAX ? name : `${name.slice(0, NAME_CHARS_MAX - 1)}…`;
}
