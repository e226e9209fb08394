import type { CameraOptions, LngLatBounds, Map as MapLibre } from 'maplibre-gl';
import { Protocol } from 'pmtiles';
import type { MapData, Position } from '../map-data.ts';
import { pointedAt, shapesOf } from './features.ts';
import { keepApart } from './keep-apart.ts';
import { addShapes, CLICKED, namedOn, updateShapes } from './layers.ts';

/** If the style has not loaded by then, draw without it. */
const STYLE_MS_MAX = 10_000;
/**
 * How long marks wait for the streets below them: a change of the style hides them for a moment.
 */
const FIRST_STYLE_MS_MAX = 1_500;
const ZOOM_MAX = 15.5;
const HIT_PX = 12;
const MOVE_PX = 60;
/** Room for the names beside marks at the edges, if the map has it. */
const NAME_PX = 135;
const NAME_SHARE = 0.37;
/** What an empty map shows: most of the world. */
const WORLD = { center: [10, 30] as [number, number], zoom: 0.6 };

type Style = NonNullable<ConstructorParameters<typeof MapLibre>[0]['style']>;

/** The part of the world to which a person has moved the map. */
export type Camera = Pick<CameraOptions, 'center' | 'zoom'>;

export type Edges = readonly [south: number, west: number, north: number, east: number];

/** A map as it is drawn now, until its graphics are lost. */
export interface DrawnMap {
  /** Draws this instead of what was drawn before. */
  show(data: MapData): void;
  /** Highlights an item, and moves the map to it; null: none. */
  select(id: string | null): void;
  /** Highlights what is pointed at; null: nothing is. */
  point(id: string | null): void;
  /** Fits the map to everything drawn, unless a person has moved it. */
  fit(duration?: number): void;
  edges(): Edges;
  remove(): void;
}

interface Handlers {
  /** Absent: the map shows everything drawn. */
  readonly camera?: Camera | undefined;
  /** Whether the wheel zooms the map; otherwise it scrolls the page. */
  readonly isMain: boolean;
  /** An item was clicked on the map. */
  readonly onHit: (id: string) => void;
  readonly onMove?: (() => void) | undefined;
  /** An item is pointed at on the map; null: no longer. */
  readonly onPoint: (id: string | null) => void;
  /** The map cannot be drawn any more. */
  readonly onLost: (camera: Camera | undefined) => void;
}

/** Without WebGL the library is not loaded at all. */
function canDraw(): boolean {
  const probe = document.createElement('canvas').getContext('webgl2');
  probe?.getExtension('WEBGL_lose_context')?.loseContext();
  return probe !== null;
}

type Library = typeof import('maplibre-gl');
let library: Promise<Library> | null = null;

async function loadLibrary({ dataset }: HTMLElement): Promise<Library> {
  const loaded: Library = await import(new URL(dataset['library'] ?? '', location.href).href);
  loaded.setWorkerUrl(new URL(dataset['worker'] ?? '', location.href).href);
  loaded.addProtocol('pmtiles', new Protocol().tile);
  return loaded;
}

/** Loaded once; after a failure, the next map tries again. */
function libraryFor(frame: HTMLElement): Promise<Library> {
  library ??= loadLibrary(frame);
  return library.catch((error: unknown) => {
    library = null;
    throw error;
  });
}

/** The hub's own styles have a place for the reader's language. */
async function readStyle(url: string): Promise<Style> {
  if (!url.startsWith('/')) return url;
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const text = await response.text();
  return JSON.parse(text.replaceAll('{language}', document.documentElement.lang));
}

/**
 * Draws a map in the frame and shows it.
 * @returns null where the browser cannot draw one.
 */
export async function drawMap(
  frame: HTMLElement,
  first: MapData,
  { camera, isMain, onHit, onPoint, onMove, onLost }: Handlers,
): Promise<DrawnMap | null> {
  if (!canDraw()) return null;
  const [library, style] = await Promise.all([libraryFor(frame), firstStyle(frame)]);
  const { Map: LibraryMap, LngLatBounds } = library;
  const container = frame.querySelector<HTMLElement>('.map');
  if (container === null || !frame.isConnected) return null;
  let data = first;
  let selected = first.chosen ?? null;
  let frameRequest = 0;
  // The element has a size only while it is visible.
  frame.hidden = false;
  const map = newMap(LibraryMap, container, { isMain, style: style ?? plainStyle(container) });
  const shapes = () => shapesOf(spread(data, map.getZoom()), selected);
  const draw = () => addShapes(map, frame, shapes());
  const endStyles = drawStyles(map, frame, { draw, isStyled: style !== null });
  const bounds = () => boundsOf(data, new LngLatBounds());
  const showAll = (duration = 0) => fitTo(map, bounds(), duration);
  let isFitted = camera === undefined;
  /** Moves the map as a person asked; from then on it is not fitted to everything any more. */
  const move = (to: CameraOptions) => {
    stopFitting();
    map.easeTo({ ...to, duration: 0 });
  };
  const zoom = (by: number) => {
    if (by !== 0) return move({ zoom: map.getZoom() + by });
    isFitted = true;
    showAll();
  };
  map.on('resize', () => isFitted && showAll());
  const stopFitting = () => {
    isFitted = false;
  };
  map.on('zoomend', () => updateShapes(map, shapes()));
  listen(map, { onHit, onPoint, onMove }, { stopFitting, move });
  const endControls = addControls(frame, container, zoom, (x, y) => {
    stopFitting();
    map.panBy([x * MOVE_PX, y * MOVE_PX], { duration: 0 });
  });
  const remove = () => {
    map.getCanvas().removeEventListener('webglcontextlost', handleLoss);
    cancelAnimationFrame(frameRequest);
    endStyles();
    endControls();
    map.remove();
    frame.hidden = true;
    delete frame.dataset['drawn'];
  };
  const handleLoss = () => {
    const moved = cameraOf(map);
    remove();
    onLost(isFitted ? undefined : moved);
  };
  // MapLibre waits for the same canvas, which browsers may never give back.
  map.getCanvas().addEventListener('webglcontextlost', handleLoss);
  // For tests, and for whoever looks into a map in the browser's console.
  Object.defineProperty(frame, 'map', { configurable: true, value: map });
  /** Moves to the chosen item and its details, unless they are legible already. */
  const reveal = () => {
    const bounds = boundsToReveal(map, data, new LngLatBounds());
    if (bounds === null) return;
    isFitted = false;
    fitTo(map, bounds, 0);
  };
  if (camera) map.jumpTo(camera);
  else {
    showAll();
    reveal();
  }
  return {
    show(next) {
      const isOther = isEmpty(data) || next.chosen !== data.chosen;
      data = next;
      if (isFitted && (isOther || !showsAll(map, bounds()))) showAll();
      if (isOther) reveal();
      frameRequest ||= requestAnimationFrame(() => {
        frameRequest = 0;
        updateShapes(map, shapes());
      });
    },
    select(id) {
      selected = id;
      const at = placeIn(data, id);
      if (at && !map.getBounds().contains(at)) move({ center: at });
      updateShapes(map, shapes());
    },
    point(id) {
      const named = id === null ? [] : [selected, ...namedOn(map)];
      updateShapes(map, { pointed: pointedAt(spread(data, map.getZoom()), id, named) });
    },
    fit: (duration) => void (isFitted && showAll(duration)),
    edges: () => edgesOf(map),
    remove,
  };
}

interface Moving {
  readonly stopFitting: () => void;
  readonly move: (to: CameraOptions) => void;
}

/** Reports what a person does on the map; a click on a cluster moves into it. */
function listen(
  map: MapLibre,
  { onHit, onPoint, onMove }: Pick<Handlers, 'onHit' | 'onPoint' | 'onMove'>,
  { stopFitting, move }: Moving,
): void {
  onPersonMove(map, stopFitting);
  map.on('moveend', () => onMove?.());
  onClick(map, ({ id, count, at }) => {
    if (count === undefined) onHit(id);
    else move({ center: at, zoom: map.getZoom() + 2 });
  });
  map.on('mousemove', ({ point: { x, y } }) => {
    const hit = hitAt(map, x, y);
    map.getCanvas().style.cursor = hit === null ? '' : 'pointer';
    onPoint(hit?.count === undefined ? (hit?.id ?? null) : null);
  });
}

/** Where an item is; undefined: it has gone. Pure. */
function placeIn({ items }: MapData, id: string | null): [number, number] | undefined {
  const item = items.find((each) => each.id === id);
  return item && [item.lng, item.lat];
}

/** What is drawn at a zoom: marks that would cover others stand beside their places. Pure. */
function spread(data: MapData, zoom: number): MapData {
  return { ...data, items: keepApart(data.items, zoom) };
}

/** Calls back when a person moves the map, by dragging it or with the wheel. */
function onPersonMove(map: MapLibre, act: () => void): void {
  map.on('dragstart', act);
  map.on('zoomstart', ({ originalEvent }) => {
    if (originalEvent) act();
  });
}

function cameraOf(map: MapLibre): Camera {
  const { lng, lat } = map.getCenter();
  return { center: [lng, lat], zoom: map.getZoom() };
}

/**
 * The bounds of the chosen item and its details; null: they are legible in the present view, or the
 * item has no details.
 */
function boundsToReveal(map: MapLibre, data: MapData, bounds: LngLatBounds): LngLatBounds | null {
  const items = data.items.filter(({ id, of }) => [id, of].includes(data.chosen ?? ''));
  boundsOf({ items }, bounds);
  return items.length < 2 || isInView(map, bounds) ? null : bounds;
}

function edgesOf(map: MapLibre): Edges {
  const bounds = map.getBounds();
  return [bounds.getSouth(), bounds.getWest(), bounds.getNorth(), bounds.getEast()];
}

/** Calls back with the item or cluster that was clicked. */
function onClick(map: MapLibre, act: (hit: NonNullable<ReturnType<typeof hitAt>>) => void): void {
  map.on('click', ({ point: { x, y } }) => {
    const hit = hitAt(map, x, y);
    if (hit !== null) act(hit);
  });
}

function newMap(
  LibraryMap: Library['Map'],
  container: HTMLElement,
  { isMain, style }: { readonly isMain: boolean; readonly style: Style },
): MapLibre {
  const map = new LibraryMap({
    container,
    ...WORLD,
    style,
    attributionControl: false,
    keyboard: false,
    scrollZoom: isMain,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    // On touch screens, a finger on the map scrolls the page.
    dragPan: isMain || matchMedia('(pointer: fine)').matches,
    fadeDuration: 0,
    maxZoom: 19,
  });
  const canvas = map.getCanvas();
  canvas.setAttribute('aria-hidden', 'true');
  for (const name of ['tabindex', 'role', 'aria-label']) canvas.removeAttribute(name);
  return map;
}

/**
 * Draws the ground as land, because the sea would fill the map until the first tiles have come.
 * @returns a function that draws it as the style says.
 */
function showLand(map: MapLibre): () => void {
  if (!map.getLayer('ground')) return () => {};
  const paint = (color: unknown) => map.setPaintProperty('ground', 'background-color', color);
  const sea = map.getPaintProperty('ground', 'background-color');
  paint(getComputedStyle(map.getContainer()).backgroundColor);
  return () => void paint(sea);
}

/** The URL of the style in the page's colours. */
function styleUrlOf({ dataset }: HTMLElement): string {
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
  return dataset[isDark ? 'dark' : 'light'] ?? '';
}

/**
 * The style that a map begins with; null: it did not load in time, or it is another site's, which
 * the library has to load.
 */
async function firstStyle(frame: HTMLElement): Promise<Exclude<Style, string> | null> {
  const timeout = new Promise<null>((resolve) => {
    setTimeout(resolve, FIRST_STYLE_MS_MAX, null);
  });
  const style = await Promise.race([readStyle(styleUrlOf(frame)).catch(() => null), timeout]);
  return typeof style === 'string' ? null : style;
}

interface Drawing {
  /** Adds what the page draws; a new style contains none of it. */
  readonly draw: () => void;
  /** Whether the map began with the style of the page's colours, not with the plain one. */
  readonly isStyled: boolean;
}

/**
 * Loads the style of the page's colours, and loads it again when the colours change; without
 * streets if it cannot be loaded. Calls `draw` for each loaded style.
 * @returns a function that stops it.
 */
function drawStyles(map: MapLibre, frame: HTMLElement, { draw, ...first }: Drawing): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let { isStyled } = first;
  let showSea = () => {};
  map.on('style.load', () => {
    map.off('idle', showSea);
    showSea = showLand(map);
    map.once('idle', showSea);
    draw();
    if (isStyled) frame.dataset['drawn'] = dark.matches ? 'dark' : 'light';
  });
  const restyle = async () => {
    isStyled = false;
    delete frame.dataset['drawn'];
    const style = await readStyle(styleUrlOf(frame)).catch(() => null);
    isStyled = style !== null;
    map.setStyle(style ?? plainStyle(frame), { diff: false });
  };
  const withoutStreets = () => {
    if (!isStyled || frame.dataset['drawn']) return;
    isStyled = false;
    map.setStyle(plainStyle(frame), { diff: false });
  };
  const timer = setTimeout(withoutStreets, STYLE_MS_MAX);
  map.on('error', withoutStreets);
  map.on('sourcedata', ({ sourceDataType }) => {
    if (sourceDataType === 'metadata') writeAttribution(map, frame);
  });
  dark.addEventListener('change', restyle);
  if (!isStyled) void restyle();
  return () => {
    clearTimeout(timer);
    dark.removeEventListener('change', restyle);
  };
}

/** The item or cluster at a point of the map; null: none. Only clusters have a `count`. */
function hitAt(map: MapLibre, x: number, y: number) {
  const box: [[number, number], [number, number]] = [
    [x - HIT_PX, y - HIT_PX],
    [x + HIT_PX, y + HIT_PX],
  ];
  const layers = CLICKED.filter((id) => map.getLayer(id));
  const [hit] = map.queryRenderedFeatures(box, { layers });
  if (hit?.geometry.type !== 'Point') return null;
  const [lng = 0, lat = 0] = hit.geometry.coordinates;
  const at: [number, number] = [lng, lat];
  return { id: String(hit.properties['id']), count: hit.properties['point_count'], at };
}

/** The buttons and keys of a map. Returns a function that ends them. */
function addControls(
  frame: HTMLElement,
  container: HTMLElement,
  zoom: (by: number) => void,
  pan: (x: number, y: number) => void,
): () => void {
  const press = ({ target }: Event) => {
    const by = target instanceof Element && target.closest('button')?.dataset['zoom'];
    if (by) zoom(Number(by));
  };
  const keyed = (event: KeyboardEvent) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : KEYS[event.key];
    if (act === undefined) return;
    event.preventDefault();
    if (typeof act === 'number') zoom(act);
    else pan(...act);
  };
  frame.addEventListener('click', press);
  container.addEventListener('keydown', keyed);
  return () => {
    frame.removeEventListener('click', press);
    container.removeEventListener('keydown', keyed);
  };
}

/** Steps of the zoom, 0 for everything; or right and down. */
const KEYS: Readonly<Record<string, number | readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  '+': 1,
  '=': 1,
  '-': -1,
  0: 0,
};

function fitTo(map: MapLibre, bounds: LngLatBounds, duration: number): void {
  if (bounds.isEmpty()) map.jumpTo(WORLD);
  else {
    const side = Math.min(NAME_PX, NAME_SHARE * map.getContainer().clientWidth);
    const padding = { top: 44, bottom: 48, left: side, right: side };
    map.fitBounds(bounds, { padding, maxZoom: ZOOM_MAX, duration });
  }
}

/** Marks within a smaller share of the map's width and height are too close to be read. */
const LEGIBLE_SHARE = 0.25;

/** An empty map shows the whole world: the first marks are in its view already, but not legible. */
const isEmpty = ({ items }: MapData) => items.length === 0;

/** Whether the map's view includes these bounds. */
function showsAll(map: MapLibre, bounds: LngLatBounds): boolean {
  if (bounds.isEmpty()) return true;
  const seen = map.getBounds();
  return seen.contains(bounds.getSouthWest()) && seen.contains(bounds.getNorthEast());
}

/** Whether these bounds are in the map's view, and fill enough of it to be legible. */
function isInView(map: MapLibre, bounds: LngLatBounds): boolean {
  const seen = map.getBounds();
  const wide = bounds.getEast() - bounds.getWest();
  const high = bounds.getNorth() - bounds.getSouth();
  const isLegible =
    wide > LEGIBLE_SHARE * (seen.getEast() - seen.getWest()) ||
    high > LEGIBLE_SHARE * (seen.getNorth() - seen.getSouth());
  return isLegible && showsAll(map, bounds);
}

/**
 * Extends `bounds` by all items and the way between stops, and returns them; by areas only if there
 * is no courier.
 */
function boundsOf({ items, lines = [], areas = [] }: MapData, bounds: LngLatBounds): LngLatBounds {
  for (const { lng, lat } of items) bounds.extend([lng, lat]);
  const extend = (points: readonly Position[]) => {
    for (const [lng, lat] of points) bounds.extend([lng, lat]);
  };
  if (!items.some(({ kind }) => kind === 'courier')) areas.forEach(extend);
  for (const { kind, points } of lines) if (kind === 'way') extend(points);
  return bounds;
}

/** A style without streets, for the time until the style has loaded, or if it cannot be loaded. */
function plainStyle(frame: HTMLElement): Style {
  const ground = getComputedStyle(frame).getPropertyValue('--paper').trim();
  const paint = { 'background-color': ground };
  return { version: 8, sources: {}, layers: [{ id: 'ground', type: 'background', paint }] };
}

/** Writes the attribution of the map's sources below it, as text: foreign markup is not copied. */
function writeAttribution(map: MapLibre, frame: HTMLElement): void {
  const texts = new Set<string>();
  for (const id of Object.keys(map.getStyle()?.sources ?? {})) {
    const { attribution } = map.getSource(id) ?? {};
    if (!attribution) continue;
    const text = new DOMParser().parseFromString(attribution, 'text/html').body.textContent;
    if (text) texts.add(text.trim());
  }
  const line = frame.querySelector<HTMLElement>('.credit');
  if (line === null) return;
  const text = [...texts].join(' · ');
  if (line.textContent !== text) line.textContent = text;
  line.hidden = text === '';
}
