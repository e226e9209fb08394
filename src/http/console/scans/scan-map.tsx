import type { Whereabouts } from '../../../kernel/custody.ts';
import type { LatLng } from '../../../kernel/places/distance.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { MapAssets } from '../../maps/map-assets.ts';
import { initialsOf, type MapData, type MapItem } from '../../maps/map-data.ts';
import { useDates } from '../kit/dates.ts';
import { useMessages } from '../kit/language.ts';
import { FoldedCard } from '../kit/layout.tsx';
import { type MapStop, PageMap, stopsInOrder } from '../kit/map-frame.tsx';
import { Instant, Table } from '../kit/pieces.tsx';
import type { Precision, ScanPlace } from './scan-places.ts';

/** Where a parcel was, is and goes. */
export interface ParcelJourney {
  readonly places: readonly ScanPlace[];
  /** The destination; null: unknown, or hidden from the reader. */
  readonly destination: LatLng | null;
  /** With own couriers; null: nothing is known, or hidden from the reader. */
  readonly now: Whereabouts | null;
}

interface Props {
  readonly course: ParcelJourney;
  readonly map: MapAssets;
  readonly nowMs: number;
}

/**
 * The course of a parcel: on a map, and the scans on it as a table; the timeline names the others.
 */
export function ScanMap({ course, map, nowMs }: Props) {
  const words = useMessages().desk.scans;
  const data = courseOf(course);
  if (data === null) return null;
  const { places } = course;
  return (
    <FoldedCard id="scans" title={words.title} brief={places.at(-1)?.name ?? ''}>
      <div class="scan-map">
        <div>
          <PageMap map={map} label={words.picture({ count: marked(places).length })} data={data} />
          <Legend {...course} nowMs={nowMs} />
        </div>
        <Scans places={places} nowMs={nowMs} />
      </div>
    </FoldedCard>
  );
}

function Legend({ places, destination, now, nowMs }: ParcelJourney & { readonly nowMs: number }) {
  const words = useMessages().desk.scans;
  const { courier = null, pickup = null } = now ?? {};
  const [scan, ...others] = marked(places);
  return (
    <ul class="map-legend">
      {courier !== null && (
        <li class="courier">
          {courier.name}, <Instant at={iso(courier.atMs)} nowMs={nowMs} />
        </li>
      )}
      {pickup !== null && <li class="pickup">{words.pickup}</li>}
      {scan && others.length === 0 && <li class="scan">{scan.place.name ?? words.handedOver}</li>}
      {destination !== null && <li class="door">{words.goal}</li>}
    </ul>
  );
}

function Scans({
  places,
  nowMs,
}: {
  readonly places: ParcelJourney['places'];
  readonly nowMs: number;
}) {
  const words = useMessages().desk.scans;
  const dates = useDates(nowMs);
  const rows = marked(places);
  const isRough = rows.some(({ mark }) => (mark.around ?? 0) > 0);
  /** `Nov 10, 12:00 – 14:30`: the day is shown once. */
  const times = (first: string | null, last: string | null): string => {
    if (first === null) return '–';
    const from = `${dates.day(first)}, ${dates.time(first)}`;
    if (last === null || last === first) return from;
    const isSameDay = last.slice(0, 10) === first.slice(0, 10);
    return `${from} – ${isSameDay ? '' : `${dates.day(last)}, `}${dates.time(last)}`;
  };
  return (
    <>
      {/* The legend names a single one. */}
      {rows.length > 1 && (
        <Table label={words.title} head={[words.number, words.place, words.times]} stacks>
          {rows.map(({ mark, place: { name, firstLocal, lastLocal } }, index) => (
            <tr key={`${index} ${name}`} data-map-item={mark.id}>
              <td>{mark.number}</td>
              <td class="wrap">{name ?? words.handedOver}</td>
              <td class="wrap">{times(firstLocal, lastLocal)}</td>
            </tr>
          ))}
        </Table>
      )}
      {isRough && <p class="soft">{words.rough}</p>}
    </>
  );
}

/** The places on the map with their marks. Pure. */
function marked(places: readonly ScanPlace[]) {
  const marks = marksOf(places);
  return places.flatMap((place, index) => {
    const mark = marks[index];
    return mark === undefined ? [] : [{ place, mark }];
  });
}

/** Radius in pixels of the area around the place in which it may have been. */
const AROUND: Readonly<Record<Exclude<Precision, 'country'>, number>> = {
  exact: 0,
  building: 0,
  postal_code: 24,
  region: 36,
};

/**
 * The mark of each place on the map; undefined: no more than its country is known, whose middle
 * would be a false place. Consecutive scans in one area share a mark, because their numbers would
 * cover each other. Pure.
 */
function marksOf(places: readonly ScanPlace[]): readonly (MapStop | undefined)[] {
  const marks: (MapStop | undefined)[] = [];
  let first = 0;
  let [number, firstNumber] = [0, 0];
  for (const [index, { at, name }] of places.entries()) {
    const { lat = 0, lng = 0, precision = 'country' } = at ?? {};
    const isKnown = precision !== 'country';
    if (isKnown) number += 1;
    const known = places[first]?.at;
    if (index === 0 || !(at && known && lat === known.lat && lng === known.lng)) {
      first = index;
      firstNumber = number;
    }
    if (!isKnown) {
      marks.push(undefined);
      continue;
    }
    const mark: MapStop = {
      ...{ id: `scan-${first + 1}`, kind: 'scan', lat, lng, around: AROUND[precision] },
      number: firstNumber === number ? number : `${firstNumber}–${number}`,
      ...(name === null ? {} : { name }),
    };
    marks.fill(mark, first);
    marks.push(mark);
  }
  return marks;
}

/**
 * The places with known coordinates, in order, with the courier, the pickup and the destination;
 * null: they show nothing. Pure.
 */
export function courseOf({ places, destination, now }: ParcelJourney): MapData | null {
  const marks = [...new Set(marksOf(places))].flatMap((mark) => mark ?? []);
  const { courier = null, pickup = null } = now ?? {};
  // Of a single area, the name says more than a map of its middle.
  const isWay = marks.length > 1 || (marks.length === 1 && destination !== null);
  if (courier === null && !isWay && !marks.some(({ around }) => around === 0)) return null;
  const at = ({ lat, lng }: LatLng) => ({ lat, lng });
  const otherItems: MapItem[] = [
    ...(destination ? [{ id: 'door', kind: 'door', ...at(destination) } as const] : []),
    ...(pickup ? [{ id: 'pickup', kind: 'pickup', ...at(pickup) } as const] : []),
  ];
  const { items, lines } = stopsInOrder(marks, { line: { kind: 'way' } });
  if (courier === null) return { items: [...otherItems, ...items], lines };
  const { name, heading, atMs } = courier;
  const courierItem: MapItem = {
    ...{ id: 'courier', kind: 'courier', tone: 'good', name, number: initialsOf(name) },
    ...{ heading, at: atMs },
    ...at(courier),
  };
  const left = [courier, ...(pickup ? [pickup] : []), ...(destination ? [destination] : [])];
  return {
    items: [...otherItems, ...items, courierItem],
    lines: [...lines, { kind: 'left', points: left.map(({ lat, lng }) => [lng, lat]) }],
  };
}
