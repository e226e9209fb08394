import type { LatLng } from '../../../kernel/places/distance.ts';
import { localeOf } from '../../../platform/messages/catalogue.ts';
import type { MapAssets } from '../../public/tracking/pages/map-assets.ts';
import { useMessages, useSpoken } from '../kit/language.ts';
import { Table } from '../kit/pieces.tsx';
import { type Drawing, drawingOf, HEIGHT, WIDTH } from './drawing.ts';
import type { ScanPlace } from './scan-places.ts';

interface Props {
  readonly places: readonly ScanPlace[];
  /** The destination; null: unknown, or hidden from the reader. */
  readonly goal: LatLng | null;
  /** The configured map; null: none, and no external request is made. */
  readonly streets: Pick<MapAssets, 'libraryUrl' | 'workerUrl' | 'setting'> | null;
}

/** The course of a parcel: as a drawing and as a table. Nothing when no place is known. */
export function ScanMap({ places, goal, streets }: Props) {
  const words = useMessages().desk.scans;
  const drawing = drawingOf(places, goal);
  if (drawing === null) return null;
  return (
    <div>
      <h2 id="scans">{words.title}</h2>
      <div class="scan-map">
        <div class="scan-frame" id="scan-frame">
          <Picture drawing={drawing} count={places.length} />
          {streets?.setting && <Streets {...{ places, goal, streets }} setting={streets.setting} />}
          {goal !== null && <p class="soft">{words.goal}</p>}
        </div>
        <Table
          label={words.title}
          head={[words.number, words.place, words.times, words.precision]}
          stacks
        >
          {places.map(({ name, at, firstLocal, lastLocal }, nr) => (
            <tr key={`${nr} ${name}`}>
              <td>{nr + 1}</td>
              <td class="wrap">{name ?? words.handedOver}</td>
              <td class="wrap">{timesOf(firstLocal, lastLocal)}</td>
              <td class="soft wrap">
                {at === null ? words.unknown : words.precisions[at.precision]}
              </td>
            </tr>
          ))}
        </Table>
      </div>
    </div>
  );
}

/** `2026-03-10 12:00 – 14:30`: the day is shown once. */
function timesOf(first: string | null, last: string | null): string {
  if (first === null) return '–';
  const from = first.replace('T', ' ');
  if (last === null || last === first) return from;
  const isSameDay = last.slice(0, 10) === first.slice(0, 10);
  return `${from} – ${isSameDay ? last.slice(11) : last.replace('T', ' ')}`;
}

function Picture({ drawing, count }: { readonly drawing: Drawing; readonly count: number }) {
  const words = useMessages().desk.scans;
  const { language } = useSpoken();
  const { marks, line, goal, scale } = drawing;
  const distance = new Intl.NumberFormat(localeOf(language), {
    ...{ style: 'unit', unit: 'kilometer', maximumFractionDigits: 2 },
  }).format(scale.km);
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words.picture({ count })}>
      {marks.map(({ x, y, cloud }) =>
        cloud === 0 ? null : <circle key={`${x} ${y}`} class="area" cx={x} cy={y} r={cloud} />,
      )}
      <polyline class="way" points={line} />
      {goal !== null && <circle class="goal" cx={goal.x} cy={goal.y} r={17} />}
      {marks.map(({ x, y, numbers }) => (
        <g key={`${x} ${y}`}>
          <circle class="dot" cx={x} cy={y} r={11} />
          <text class="on-dot" x={x} y={y + 4} text-anchor="middle">
            {numbers[0]}
          </text>
          {numbers.length > 1 && (
            <text class="axis" x={x + 15} y={y + 4}>
              {numbers.slice(1).join(', ')}
            </text>
          )}
        </g>
      ))}
      <g transform={`translate(16 ${HEIGHT - 16})`}>
        <path class="bar" d={`M0 -5V0H${scale.width}V-5`} />
        <text class="axis" x={scale.width + 8} y={1}>
          {distance}
        </text>
      </g>
    </svg>
  );
}

interface StreetsProps extends Omit<Props, 'streets'> {
  readonly streets: NonNullable<Props['streets']>;
  readonly setting: NonNullable<MapAssets['setting']>;
}

/** For the page's script: the map replaces the drawing once it has loaded. */
function Streets({ places, goal, streets, setting }: StreetsProps) {
  const words = useMessages().desk.scans;
  const points = places.flatMap(({ at }, nr) =>
    at === null ? [] : [{ number: nr + 1, lat: at.lat, lng: at.lng, precision: at.precision }],
  );
  return (
    <div
      class="scan-streets"
      id="scan-streets"
      hidden
      data-library={streets.libraryUrl}
      data-worker={streets.workerUrl}
      data-style={setting.style}
      data-credit={setting.credit ?? undefined}
      data-points={JSON.stringify({ points, goal })}
    >
      <div class="map" role="img" aria-label={words.picture({ count: places.length })} />
      <p class="row">
        <button type="button" data-zoom="1" aria-label={words.zoomIn}>
          +
        </button>
        <button type="button" data-zoom="-1" aria-label={words.zoomOut}>
          −
        </button>
        <button type="button" data-zoom="0">
          {words.zoomAll}
        </button>
      </p>
      <p class="soft credit" hidden />
    </div>
  );
}
