import { capitalized } from '../../../kernel/capitalized.ts';
import type { MapAssets } from '../../maps/map-assets.ts';
import type { MapData, MapItem, MapLine, Position } from '../../maps/map-data.ts';
import { MapFrame } from '../../maps/map-frame.tsx';
import { useMessages } from './language.ts';

interface PageMapProps {
  readonly map: MapAssets;
  /** Describes the map and how to move it. */
  readonly label: string;
  readonly data: MapData;
  /** Whether the page's script keeps fetching the page. */
  readonly isLive?: boolean;
}

/**
 * The map of a page of the console, with what its script draws. The page names `map.scriptUrl` as
 * its script. An element with the `data-map-item` of an item belongs to it: a click on either
 * highlights both. The map stays while the page changes in place.
 *
 * In a `<div class="live-map">` it is a `<section class="map-side">`, and the list beside it a
 * `<div class="map-list">`.
 *
 * @example
 * const way = stopsInOrder(stops, { from: [courier.lng, courier.lat] });
 * <PageMap map={assets.map} label={words.map} data={{ ...way, items: [courier, ...way.items] }} />
 * <ol class="map-stops">{stops.map(({ id }) => <li data-map-item={id}>…</li>)}</ol>
 */
export function PageMap({ map, label, data, isLive = false }: PageMapProps) {
  const words = useMessages().layout.map;
  const { zoomIn, zoomOut, all, empty, loading } = words;
  const failed = { text: words.failed, retry: words.retry };
  const box = words.box({ from: '{from}', to: '{to}' });
  return (
    <>
      <MapFrame
        id="map-frame"
        map={map}
        texts={{ label, zoomIn, zoomOut, all, empty, loading, failed }}
        isFocusable
        {...(isLive ? { data: { 'data-live': '', 'data-box': box } } : {})}
      />
      <script
        type="application/json"
        id="map-data"
        dangerouslySetInnerHTML={{ __html: JSON.stringify(data).replaceAll('<', '\\u003c') }}
      />
    </>
  );
}

/** What the marks on a map mean; only those that are on it now. */
export function MapLegend({
  label,
  keys,
}: {
  readonly label: string;
  /** The class that draws the mark, and its meaning. */
  readonly keys: readonly (readonly [mark: string, meaning: string, isShown: boolean])[];
}) {
  return (
    <ul class="map-legend" id="map-legend" aria-label={label}>
      {keys
        .filter(([, , isShown]) => isShown)
        .map(([mark, meaning]) => (
          <li key={mark} class={mark}>
            {capitalized(meaning)}
          </li>
        ))}
    </ul>
  );
}

/** A place on a way. */
export type MapStop = Omit<MapItem, 'kind'> & {
  readonly kind: 'pickup' | 'stop' | 'scan';
};

/**
 * Draws stops in the given order, and the line that joins them: what is left of a courier's route,
 * or the way of a parcel. Pure.
 * @param from where the line begins; absent: at the first stop.
 */
export function stopsInOrder(
  stops: readonly MapStop[],
  { from, line = { kind: 'left' } }: { readonly from?: Position | null; readonly line?: Way } = {},
): Required<Pick<MapData, 'items' | 'lines'>> {
  const points = stops.map(({ lat, lng }): Position => [lng, lat]);
  return { items: stops, lines: [{ ...line, points: from ? [from, ...points] : points }] };
}

type Way = Omit<MapLine, 'points'>;
