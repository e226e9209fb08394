import type { Map as MapLibre } from 'maplibre-gl';
import { CROWD_MIN, ROUTE_COLOURS } from '../map-data.ts';
import type { Shapes } from './features.ts';

type Layer = Parameters<MapLibre['addLayer']>[0];
/** MapLibre's expression language. */
type Expression = readonly unknown[];

const PREFIX = 'waybill-';
const ROUTES = Array.from({ length: ROUTE_COLOURS }, (_, index) => `route-${index}`);
const TONES = ['plain', 'good', 'soft', 'warn', 'bad', ...ROUTES];
const CLUSTERED_UNTIL_ZOOM = 13;
const FONT = { 'text-font': ['labels'] };
/** How many routes are drawn side by side on one street. */
const OFFSETS = 3;
/** Further out, names of stops would hide each other and the marks. */
const NAMES_FROM_ZOOM = 13;
/** A courier's name is what a dispatcher looks for. */
const COURIERS_FROM_ZOOM = 11;

/** Layers on which a click selects an item, or zooms into a crowd. */
export const CLICKED = ['crowd', 'pickups', 'stops', 'clusters', 'stop-names', 'crowd-names'].map(
  (name) => PREFIX + name,
);
/** Layers whose texts are left out where they would cover others. */
const NAMES = CLICKED.filter((name) => name.endsWith('-names'));

/** The ids of the items whose names are on the map. */
export function namedOn(map: MapLibre): readonly unknown[] {
  const layers = NAMES.filter((id) => map.getLayer(id));
  return map.queryRenderedFeatures({ layers }).map(({ properties }) => properties['id']);
}

/** How close marks are drawn as one. Pickups only where one would cover another. */
const CLUSTERS: Readonly<Record<string, object>> = {
  crowd: { clusterMaxZoom: CLUSTERED_UNTIL_ZOOM, clusterMinPoints: CROWD_MIN },
  pickups: { clusterMaxZoom: 17, clusterMinPoints: 2, clusterRadius: 24 },
};

/** Draws what the page has above the streets. */
export function addShapes(map: MapLibre, frame: HTMLElement, shapes: Shapes): void {
  const colour = colourOf(frame);
  for (const [name, data] of Object.entries(shapes)) {
    const clusters = CLUSTERS[name] && {
      ...{ cluster: true, ...CLUSTERS[name] },
      clusterProperties: {
        bad: ['+', ['get', 'bad']],
        number: ['concat', ['coalesce', ['get', 'number'], '']],
      },
    };
    map.addSource(PREFIX + name, { type: 'geojson', data, ...clusters });
  }
  addIcons(map, frame);
  // Streets keep their names: lines and areas are drawn below all labels.
  const labels = map.getStyle().layers.find((each: Layer) => each.type === 'symbol')?.id;
  for (const layer of shapeLayers(colour)) map.addLayer(layer, labels);
  const marks = [stopLayers(colour), pickupLayers(colour), courierLayers(colour)].flat();
  const below = [directionLayer(), ...ringLayers(colour), ...nameLayers(colour)];
  for (const layer of [...below, ...marks]) map.addLayer(layer);
}

export function updateShapes(map: MapLibre, shapes: Partial<Shapes>): void {
  for (const [name, data] of Object.entries(shapes)) {
    const source = map.getSource(PREFIX + name);
    if (source && 'setData' in source) (source as { setData(data: unknown): void }).setData(data);
  }
}

type Colours = (name: string) => string;

function colourOf(frame: HTMLElement): Colours {
  const style = getComputedStyle(frame);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  // Pages that show one courier define no colours of routes, and a layer needs some colour.
  return (name) => read(name) || read('link');
}

/** How far a route is beside the middle of its street. */
const asideOf = (nth: number) => 2.5 + 4.5 * nth;

/** Marks along routes that point where the courier drives. */
function directionLayer(): Layer {
  const nth = Array.from({ length: OFFSETS }, (_, index) => index);
  return {
    ...{ id: `${PREFIX}directions`, type: 'symbol', source: `${PREFIX}lines` },
    filter: ['==', ['get', 'kind'], 'route'],
    layout: {
      'symbol-placement': 'line',
      'symbol-spacing': 70,
      'icon-image': ['concat', `${PREFIX}ahead-route-`, ['to-string', ['get', 'route']]],
      'icon-allow-overlap': true,
      'icon-offset': [
        ...['match', ['%', ['get', 'route'], OFFSETS]],
        ...nth.flatMap((each) => [each, ['literal', [0, asideOf(each)]]]),
        ['literal', [0, 0]],
      ],
    },
    paint: { 'icon-opacity': OPACITY },
  };
}

/** Areas and lines. */
function shapeLayers(colour: Colours): Layer[] {
  const [link, ink, bad, card] = [colour('link'), colour('ink'), colour('bad'), colour('card')];
  const DASHES = { 'line-width': 2, 'line-dasharray': [1, 3] };
  const opacity: Expression = ['case', ['get', 'isFaint'], 0.25, 0.85];
  // Routes on one street are side by side; each keeps to its right, also on the way back.
  const offset = ['+', asideOf(0), ['*', 4.5, ['%', ['get', 'route'], OFFSETS]]];
  const ROUTE = { 'line-opacity': opacity, 'line-offset': offset };
  const ofRoute: Expression = [
    ...['match', ['get', 'route'], ...ROUTES.flatMap((name, index) => [index, colour(name)])],
    link,
  ];
  const line = (name: string, kind: string, paint: object, isStraight = false): Layer => ({
    ...{ id: PREFIX + name, type: 'line', source: `${PREFIX}lines` },
    filter: [
      ...['all', ['==', ['get', 'kind'], kind]],
      ...(kind === 'route' ? [['==', ['get', 'isStraight'], isStraight]] : []),
    ],
    layout: {
      ...{ 'line-cap': 'round', 'line-join': 'round' },
      'line-sort-key': ['case', ['get', 'isFaint'], 0, 1],
    },
    paint: { 'line-color': link, ...paint },
  });
  return [
    {
      ...{ id: `${PREFIX}areas`, type: 'fill', source: `${PREFIX}areas` },
      paint: { 'fill-color': bad, 'fill-opacity': 0.18, 'fill-outline-color': bad },
    },
    {
      ...{ id: `${PREFIX}around`, type: 'circle', source: `${PREFIX}stops` },
      paint: {
        'circle-radius': ['get', 'around'],
        'circle-color': link,
        'circle-opacity': 0.15,
      },
    },
    line('left', 'left', { ...DASHES, 'line-color': ink, 'line-opacity': 0.5 }),
    line('way', 'way', { 'line-width': 3, 'line-opacity': 0.7 }),
    line('trail', 'trail', { 'line-width': 3, 'line-opacity': 0.5 }),
    line('casing', 'route', { ...ROUTE, 'line-color': card, 'line-width': 6 }),
    line('routes', 'route', { ...ROUTE, 'line-color': ofRoute, 'line-width': 3.5 }),
    line('beelines', 'route', { ...ROUTE, ...DASHES, 'line-color': ofRoute }, true),
  ];
}

const SINGLE: Expression = ['!', ['has', 'point_count']];
const NAME: Expression = ['get', 'name'];
const ICON = {
  'icon-image': ['get', 'icon'] as Expression,
  // Every mark is drawn, and names keep clear of it.
  'icon-allow-overlap': true,
  'icon-rotate': ['get', 'heading'] as Expression,
  'icon-rotation-alignment': 'map' as const,
};
const LABEL = {
  ...FONT,
  'text-size': 12,
  // In several lines, a name ends before the edge of a phone's map.
  'text-max-width': 7,
  // The first side on which it covers no other name.
  'text-variable-anchor': [
    ...(['top', 'bottom', 'right', 'left'] as const),
    ...(['top-left', 'top-right', 'bottom-left', 'bottom-right'] as const),
  ],
  // Clear of its own mark.
  'text-radial-offset': 1.6,
  'text-justify': 'auto' as const,
  'text-optional': true,
};
/** What is written inside a mark is never left out. */
const INSIDE = {
  ...{ ...FONT, 'text-allow-overlap': true, 'text-ignore-placement': true },
  'text-field': ['get', 'number'] as Expression,
};

/** Marks of other routes than the selected one step back. */
const OPACITY: Expression = ['case', ['boolean', ['get', 'isFaint'], false], 0.4, 1];

/** Text in the page's colours with an outline, legible above streets. */
const haloOf = (colour: Colours) => ({
  'icon-opacity': OPACITY,
  'text-opacity': OPACITY,
  'text-color': colour('ink'),
  'text-halo-color': colour('card'),
  'text-halo-width': 1.5,
});

/**
 * Names of stops and couriers. They are below the marks, which are so placed first: a name keeps
 * clear of all of them.
 */
function nameLayers(colour: Colours): Layer[] {
  const isHouse: Expression = ['==', ['get', 'kind'], 'door'];
  const numbered: Expression = ['has', 'number'];
  // Where a courier goes matters more than from where: a pickup has its name only on demand.
  const named: Expression = ['case', ['==', ['get', 'kind'], 'pickup'], '', NAME];
  const always: Expression = ['case', isHouse, ['case', numbered, '', NAME], named];
  const layer = (name: string, source: string, text: Expression, layout: object): Layer => ({
    ...{ id: PREFIX + name, type: 'symbol', source: PREFIX + source },
    layout: { ...LABEL, 'text-field': text, ...layout },
    paint: haloOf(colour),
  });
  return [
    // The streets of a whole town would hide each other.
    layer('stop-names', 'stops', ['step', ['zoom'], always, NAMES_FROM_ZOOM, named], {}),
    layer(
      'crowd-names',
      'crowd',
      ['step', ['zoom'], '', COURIERS_FROM_ZOOM, ['coalesce', NAME, '']],
      // A mark that points aside takes more room.
      { 'text-size': 13, 'text-radial-offset': 2 },
    ),
  ];
}

/** The rings around what is selected or pointed at, below all marks. */
function ringLayers(colour: Colours): Layer[] {
  const link = colour('link');
  return ['selected', 'pointed'].map((source) => ({
    ...{ id: `${PREFIX}ring-${source}`, type: 'circle', source: PREFIX + source },
    paint: {
      'circle-radius': 17,
      'circle-color': link,
      'circle-opacity': 0.25,
      'circle-stroke-color': link,
      'circle-stroke-width': source === 'selected' ? 3 : 1.5,
    },
  }));
}

/** Stops and doors with what is written inside. */
function stopLayers(colour: Colours): Layer[] {
  const isHouse: Expression = ['==', ['get', 'kind'], 'door'];
  const numbered: Expression = ['has', 'number'];
  return [
    {
      ...{ id: `${PREFIX}stops`, type: 'symbol', source: `${PREFIX}stops` },
      layout: {
        ...ICON,
        // A courier at the door covers its middle.
        'icon-size': [
          ...['case', numbered, 1.7, isHouse, 2.1],
          ...[['==', ['get', 'kind'], 'pickup'], 1.2, 1],
        ],
      },
      paint: haloOf(colour),
    },
    {
      ...{ id: `${PREFIX}numbers`, type: 'symbol', source: `${PREFIX}stops` },
      filter: ['has', 'number'],
      layout: {
        ...INSIDE,
        'text-size': ['case', isHouse, 10, 12],
        // The roof of a house has no room.
        'text-offset': ['case', isHouse, ['literal', [0, 0.25]], ['literal', [0, 0]]],
      },
      paint: { 'text-color': colour('card') },
    },
  ];
}

/** Pickups with the letters of the deliveries that wait there. */
function pickupLayers(colour: Colours): Layer[] {
  const letters: Expression = ['coalesce', ['get', 'number'], ''];
  const fits: Expression = ['any', SINGLE, ['<=', ['length', letters], 3]];
  return [
    {
      ...{ id: `${PREFIX}pickups`, type: 'symbol', source: `${PREFIX}pickups` },
      layout: {
        ...ICON,
        'icon-image': [
          ...['case', SINGLE, ['get', 'icon'], ['>', ['get', 'bad'], 0]],
          ...[`${PREFIX}pickup-bad`, `${PREFIX}pickup-warn`],
        ],
        'icon-rotate': 0,
        'icon-size': 1.7,
      },
      paint: haloOf(colour),
    },
    {
      ...{ id: `${PREFIX}waiting`, type: 'symbol', source: `${PREFIX}pickups` },
      layout: {
        ...INSIDE,
        // The letters of all that wait there, or how many they are.
        'text-field': ['case', fits, letters, ['to-string', ['get', 'point_count']]],
        'text-size': ['case', ['>', ['length', letters], 2], 10, 12],
      },
      paint: { 'text-color': colour('card') },
    },
  ];
}

/** Couriers, alone and in crowds; above all marks, the name of what is selected or pointed at. */
function courierLayers(colour: Colours): Layer[] {
  const [ink, card, bad] = [colour('ink'), colour('card'), colour('bad')];
  return [
    {
      ...{ id: `${PREFIX}clusters`, type: 'circle', source: `${PREFIX}crowd` },
      filter: ['has', 'point_count'],
      paint: {
        'circle-radius': ['step', ['get', 'point_count'], 14, 20, 18, 200, 23],
        'circle-color': ['case', ['>', ['get', 'bad'], 0], bad, ink],
        'circle-stroke-color': card,
        'circle-stroke-width': 2,
      },
    },
    {
      ...{ id: `${PREFIX}counts`, type: 'symbol', source: `${PREFIX}crowd` },
      filter: ['has', 'point_count'],
      layout: { ...INSIDE, 'text-field': ['get', 'point_count_abbreviated'], 'text-size': 13 },
      paint: { 'text-color': card },
    },
    {
      ...{ id: `${PREFIX}crowd`, type: 'symbol', source: `${PREFIX}crowd`, filter: SINGLE },
      layout: {
        ...ICON,
        'icon-size': 1.6,
        'symbol-sort-key': ['get', 'bad'],
      },
      paint: haloOf(colour),
    },
    {
      ...{ id: `${PREFIX}initials`, type: 'symbol', source: `${PREFIX}crowd`, filter: SINGLE },
      layout: { ...INSIDE, 'text-size': 9.5 },
      paint: { 'text-color': card },
    },
    ...['selected', 'pointed'].map(
      (name): Layer => ({
        ...{ id: PREFIX + name, type: 'symbol', source: PREFIX + name },
        layout: { ...LABEL, 'text-field': NAME, 'text-size': 13, 'text-allow-overlap': true },
        paint: haloOf(colour),
      }),
    ),
  ];
}

const ICON_PX = 18;

/** Draws the icons in the page's colours: the style has none of its own. */
function addIcons(map: MapLibre, frame: HTMLElement): void {
  const colour = colourOf(frame);
  // Some are drawn larger.
  const ratio = 2 * Math.ceil(window.devicePixelRatio || 1);
  for (const tone of TONES) {
    for (const [shape, path] of Object.entries(PATHS)) {
      const canvas = document.createElement('canvas');
      canvas.width = ICON_PX * ratio;
      canvas.height = canvas.width;
      const pen = canvas.getContext('2d');
      if (pen === null) return;
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      const plain = INKED.includes(shape) ? 'ink' : 'link';
      pen.fillStyle = colour(tone === 'plain' ? plain : tone);
      pen.strokeStyle = colour('card');
      pen.lineWidth = 1.5;
      pen.lineJoin = 'round';
      const outline = new Path2D(path);
      pen.fill(outline);
      pen.stroke(outline);
      const image = pen.getImageData(0, 0, canvas.width, canvas.height);
      map.addImage(`${PREFIX}${shape}-${tone}`, image, { pixelRatio: ratio });
    }
  }
}

/** Outlines in a square of 18. */
const PATHS = {
  dot: 'M9 2.8a6.2 6.2 0 1 0 .01 0Z',
  diamond: 'M9 .9L17.1 9L9 17.1L.9 9Z',
  square: 'M3.5 3.5h11v11h-11Z',
  // The disc with a point ahead: its initials do not turn with it.
  arrow: 'M9 .2L12.7 4A6.2 6.2 0 1 1 5.3 4Z',
  door: 'M9 2L16 8V16H2V8Z',
  // Its line goes to the right.
  ahead: 'M6 4L13.5 9L6 14Z',
  pickup: 'M9 1.5L15.5 5.25V12.75L9 16.5L2.5 12.75V5.25Z',
};
/** The shapes that are in the colour of text unless they have a tone. */
const INKED = ['door', 'pickup'];
