/** The look of a map: one for pages in light colours, one for dark ones. */
export type Scheme = 'light' | 'dark';

/** What `npm run generate` makes of the layers of Protomaps basemaps, in the colours of a scheme. */
export interface BaseLayers {
  /** The colour beneath everything: water. */
  readonly ground: string;
  readonly world: readonly BaseLayer[];
  readonly streets: readonly BaseLayer[];
}

interface BaseLayer {
  readonly id: string;
  readonly type: string;
}

/** URLs of the parts of a map that the hub serves. */
interface MapParts {
  /** Countries, states and places of the world. */
  readonly worldUrl: string;
  /** A city's streets, in the layers of Protomaps basemaps. */
  readonly streetsUrl: string;
  /** Shown on the map; null: none is due. */
  readonly credit: string | null;
  /** The font of the labels. */
  readonly labelsUrl: string;
}

/** The font's name in the layers. */
const FONT = 'labels';

/**
 * A MapLibre style of the world, with streets where street tiles exist. `{language}` in a label is
 * a placeholder for the reader's language, which the page's script fills in. Pure.
 */
export function mapStyle({ ground, world, streets }: BaseLayers, parts: MapParts): object {
  const tiles = (url: string) => ({ type: 'vector', url: `pmtiles://${url}` });
  const { credit } = parts;
  return {
    version: 8,
    sources: {
      world: tiles(parts.worldUrl),
      streets: { ...tiles(parts.streetsUrl), ...(credit === null ? {} : { attribution: credit }) },
    },
    'font-faces': { [FONT]: parts.labelsUrl },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': ground } },
      // All labels are above all fills and lines.
      ...world.filter(({ type }) => type !== 'symbol'),
      ...streets.filter(({ type }) => type !== 'symbol'),
      ...world.filter(({ type }) => type === 'symbol'),
      ...streets.filter(({ type }) => type === 'symbol'),
    ],
  };
}

/** A style of raster tiles. Pure. */
export function rasterStyle(tiles: string, credit: string | null): object {
  const attribution = credit === null ? {} : { attribution: credit };
  return {
    version: 8,
    sources: { tiles: { type: 'raster', tiles: [tiles], tileSize: 256, ...attribution } },
    layers: [{ id: 'tiles', type: 'raster', source: 'tiles' }],
  };
}
