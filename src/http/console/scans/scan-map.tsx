import { distanceM, type LatLng } from '../../../kernel/places/distance.ts';
import { localeOf } from '../../../platform/messages/catalogue.ts';
import type { MapAssets } from '../../public/tracking/pages/map-assets.ts';
import { useMessages, useSpoken } from '../kit/language.ts';
import { Table } from '../kit/pieces.tsx';
import type { Precision, ScanPlace } from './scan-places.ts';

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
    style: 'unit',
    unit: 'kilometer',
    maximumFractionDigits: 2,
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

export const WIDTH = 640;
export const HEIGHT = 360;
const MARGIN = 56;
/**
 * In world coordinates, from 0 to 1: a parcel that stays in one house is drawn in its part of the
 * town.
 */
const SPAN_MIN = 0.00005;
/** Marks closer than this on the drawing are merged. */
const TOUCHING = 22;
const DOT = 11;
const CLOUD_MAX = 70;

/** Rough distance from the centre of an area within which the parcel may have been, in km. */
const AREA_KM: Readonly<Record<Precision, number>> = {
  exact: 0,
  building: 0,
  postal_code: 5,
  region: 150,
  country: 400,
};

interface Mark {
  readonly x: number;
  readonly y: number;
  /** Numbers of the places, from 1. */
  readonly numbers: readonly number[];
  /** Radius of the area in which it was; 0: its place is exact. */
  readonly cloud: number;
}

interface Drawing {
  readonly marks: readonly Mark[];
  /** The line between places, `x,y x,y`. */
  readonly line: string;
  /** The destination; null: unknown. */
  readonly goal: { readonly x: number; readonly y: number } | null;
  readonly scale: { readonly km: number; readonly width: number };
}

/** Web Mercator, from 0 to 1. */
function world({ lat, lng }: LatLng): readonly [x: number, y: number] {
  const sin = Math.min(Math.max(Math.sin((lat * Math.PI) / 180), -0.9999), 0.9999);
  return [lng / 360 + 0.5, 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)];
}

/** A drawing of the places with known coordinates; null: there are none. Pure. */
export function drawingOf(places: readonly ScanPlace[], goal: LatLng | null): Drawing | null {
  const known = places.flatMap(({ at }, nr) => (at === null ? [] : [{ at, number: nr + 1 }]));
  const [first] = known;
  if (first === undefined) return null;
  const all = [...known.map(({ at }) => at), ...(goal === null ? [] : [goal])];
  const onPage = frameOf(all);
  const points = known.map(({ at, number }) => ({ ...onPage.at(at), at, number }));
  const km = onPage.kmPerUnit;
  return {
    marks: marksOf(points, km),
    line: points.map(({ x, y }) => `${x},${y}`).join(' '),
    goal: goal === null ? null : onPage.at(goal),
    scale: scaleOf(km),
  };
}

function frameOf(all: readonly LatLng[]) {
  const drawn = all.map(world);
  const [xs, ys] = [drawn.map(([x]) => x), drawn.map(([, y]) => y)];
  const middle = (of: readonly number[]) => (Math.min(...of) + Math.max(...of)) / 2;
  const span = (of: readonly number[]) => Math.max(SPAN_MIN, Math.max(...of) - Math.min(...of));
  const scale = Math.min((WIDTH - 2 * MARGIN) / span(xs), (HEIGHT - 2 * MARGIN) / span(ys));
  const [left, top] = [middle(xs), middle(ys)];
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - 2 * top))) * 180) / Math.PI;
  const eastwards = distanceM({ lat, lng: 0 }, { lat, lng: 1 }) * 360;
  return {
    kmPerUnit: eastwards / 1_000 / scale,
    at(place: LatLng) {
      const [x, y] = world(place);
      const round = (value: number) => Math.round(value * 10) / 10;
      return {
        x: round((x - left) * scale + WIDTH / 2),
        y: round((y - top) * scale + HEIGHT / 2),
      };
    },
  };
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly at: { readonly precision: Precision };
  readonly number: number;
}

function marksOf(points: readonly Point[], km: number): readonly Mark[] {
  const marks: Mark[] = [];
  for (const { x, y, at, number } of points) {
    const area = AREA_KM[at.precision] / km;
    const cloud = area === 0 ? 0 : Math.round(Math.min(CLOUD_MAX, Math.max(DOT + 5, area)));
    const nr = marks.findIndex((mark) => Math.hypot(mark.x - x, mark.y - y) < TOUCHING);
    const mark = marks[nr];
    if (mark === undefined) marks.push({ x, y, numbers: [number], cloud });
    else {
      const numbers = [...mark.numbers, number];
      marks[nr] = { ...mark, numbers, cloud: Math.max(mark.cloud, cloud) };
    }
  }
  return marks;
}

const SCALE_WIDTH = 120;

/** A round number of kilometres, and its length on the drawing. */
function scaleOf(kmPerUnit: number): Drawing['scale'] {
  const wanted = SCALE_WIDTH * kmPerUnit;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const km = [5, 2, 1].map((by) => by * power).find((each) => each <= wanted) ?? power;
  return { km, width: Math.round(km / kmPerUnit) };
}
