import type { LatLng } from '../../../kernel/places/distance.ts';
import type { MapAssets } from '../../maps/map-assets.ts';
import type { MapData } from '../../maps/map-data.ts';
import { useMessages } from '../kit/language.ts';
import { PageMap } from '../kit/map-frame.tsx';
import { Table } from '../kit/pieces.tsx';
import type { Precision, ScanPlace } from './scan-places.ts';

interface Props {
  readonly places: readonly ScanPlace[];
  /** The destination; null: unknown, or hidden from the reader. */
  readonly goal: LatLng | null;
  readonly map: MapAssets;
}

/** The course of a parcel: on a map and as a table. Nothing when no place is known. */
export function ScanMap({ places, goal, map }: Props) {
  const words = useMessages().desk.scans;
  const data = courseOf(places, goal);
  if (data === null) return null;
  return (
    <div>
      <h2 id="scans">{words.title}</h2>
      <div class="scan-map">
        <div>
          <PageMap map={map} label={words.picture({ count: places.length })} data={data} />
          {goal !== null && <p class="soft">{words.goal}</p>}
        </div>
        <Table
          label={words.title}
          head={[words.number, words.place, words.times, words.precision]}
          stacks
        >
          {places.map(({ name, at, firstLocal, lastLocal }, index) => (
            <tr key={`${index} ${name}`} data-map-item={at === null ? undefined : idOf(index)}>
              <td>{index + 1}</td>
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

/** Radius in pixels of the area around the place in which it may have been. */
const AROUND: Readonly<Record<Precision, number>> = {
  exact: 0,
  building: 0,
  postal_code: 24,
  region: 36,
  country: 48,
};

const idOf = (index: number) => `scan-${index + 1}`;

/** The places with known coordinates, in order, and the destination; null: there are none. Pure. */
export function courseOf(places: readonly ScanPlace[], goal: LatLng | null): MapData | null {
  const scans = places.flatMap(({ at, name }, index) => {
    if (at === null) return [];
    const { lat, lng, precision } = at;
    const item = { id: idOf(index), kind: 'scan', number: index + 1, lat, lng } as const;
    return [{ ...item, around: AROUND[precision], ...(name === null ? {} : { name }) }];
  });
  if (scans.length === 0) return null;
  const door = goal && ({ id: 'door', kind: 'door', lat: goal.lat, lng: goal.lng } as const);
  const points = scans.map(({ lng, lat }) => [lng, lat] as const);
  return {
    items: [...(door ? [door] : []), ...scans],
    lines: [{ kind: 'way', points }],
  };
}
