import { join } from 'node:path';
import { DARK, type Flavor, LIGHT, layers } from '@protomaps/basemaps';
import type { GeneratedFile } from './scorecards.ts';

/** Generates the layers of the hub's map style. */
export async function maps(root: string): Promise<readonly GeneratedFile[]> {
  const folder = join(root, 'src/http/maps');
  const content = `${JSON.stringify(allLayers())}\n`;
  return [{ path: join(folder, 'layers.gen.json'), content }];
}

/** Layers that need icons, of which the style has none. */
const NEED_ICONS = ['roads_oneway', 'roads_shields', 'pois'];
/** What Natural Earth has; at high zooms the streets' tiles have it in more detail. */
const WORLD = ['earth', 'water', 'boundaries_country', 'boundaries'];
const WORLD_LABELS = ['places_country', 'places_region', 'places_locality'];
const LABELS_UNTIL_ZOOM = 9;
const BORDERS_UNTIL_ZOOM = 11;

type Layer = ReturnType<typeof layers>[number];
type Loose = Record<string, unknown> & {
  readonly id: string;
  readonly layout?: Record<string, unknown>;
};

function allLayers() {
  return { light: layersOf(LIGHT), dark: layersOf(DARK) };
}

function layersOf({ pois: _, ...flavor }: Flavor) {
  const layersFrom = (source: string, ids?: readonly string[]) =>
    layers(source, flavor, { lang: 'en' })
      .filter(({ id }) => id !== 'background' && !NEED_ICONS.includes(id))
      .filter(({ id }) => ids === undefined || ids.includes(id))
      .map(withHubFont);
  const until = (zoom: number) => (layer: Loose) => ({
    ...layer,
    id: `world_${layer.id}`,
    ...(layer.id.startsWith('bound') || layer.id.startsWith('places') ? { maxzoom: zoom } : {}),
  });
  return {
    ground: flavor.water,
    world: [
      ...layersFrom('world', WORLD).map(until(BORDERS_UNTIL_ZOOM)),
      ...layersFrom('world', WORLD_LABELS).map(until(LABELS_UNTIL_ZOOM)),
    ],
    streets: layersFrom('streets'),
  };
}

/** The reader's language first, then the place's own. */
const NAME = ['coalesce', ['get', 'name:{language}'], ['get', 'name']];

/** The layer with the hub's font, one name, and no icons. */
function withHubFont(layer: Layer): Loose {
  const { layout, ...rest } = layer as Loose;
  if (layout?.['text-field'] === undefined) return layout ? { ...rest, layout } : rest;
  const texts = Object.entries(layout).filter(([name]) => !name.startsWith('icon-'));
  const isName = layer.id !== 'address_label';
  const sortKey = layout['symbol-sort-key'];
  return {
    ...rest,
    layout: {
      ...Object.fromEntries(texts),
      'text-font': ['labels'],
      ...(isName ? { 'text-field': NAME } : {}),
      // Not every tile's places have the key.
      ...(sortKey ? { 'symbol-sort-key': ['coalesce', sortKey, ['get', 'min_zoom'], 0] } : {}),
    },
  };
}
