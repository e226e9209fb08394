import type { MapAssets } from '../../maps/map-assets.ts';
import type { MapData } from '../../maps/map-data.ts';
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

/** The map of a page of the console, with what its script draws. */
export function PageMap({ map, label, data, isLive = false }: PageMapProps) {
  const words = useMessages().layout.map;
  const texts = { label, zoomIn: words.zoomIn, zoomOut: words.zoomOut, all: words.all };
  const box = words.box({ from: '{from}', to: '{to}' });
  return (
    <>
      <MapFrame
        id="map-frame"
        map={map}
        texts={texts}
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
