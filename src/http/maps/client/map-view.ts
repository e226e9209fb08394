import type { LngLatBounds, Map as MapLibre } from 'maplibre-gl';
import { Protocol } from 'pmtiles';
import type { MapData, Position } from '../map-data.ts';
import { shapesOf } from './features.ts';
import { addShapes, CLICKED, updateShapes } from './layers.ts';

/** If the style has not loaded by then, draw without it. */
const STYLE_MS = 10_000;
const CLOSEST = 15.5;
const HIT_PX = 12;
const MOVE_PX = 60;
/** The buttons are on the right. */
const PADDING = { top: 44, bottom: 44, left: 44, right: 84 };
/** What is shown before there is anything to show: most of the world. */
const WORLD = { center: [10, 30] as [number, number], zoom: 0.6 };

type Style = NonNullable<ConstructorParameters<typeof MapLibre>[0]['style']>;

/** A map on a page. */
export interface MapView {
  readonly map: MapLibre;
  /** Draws this, as it is or moved since. */
  show(data: MapData): void;
  /** Highlights an item, and its elements on the page; null: none. */
  select(id: string | null): void;
  /** Fits the map to everything drawn. */
  fit(duration?: number): void;
  /** South, west, north and east of the visible part. */
  edges(): readonly [number, number, number, number];
  remove(): void;
}

interface Handlers {
  /** An item was clicked on the map. */
  readonly onSelect?: (id: string) => void;
  readonly onMove?: () => void;
  /** The map cannot be drawn any more: phones end the graphics of pages in the background. */
  readonly onLost?: () => void;
  /** Whether the wheel zooms the map; otherwise it scrolls the page. */
  readonly isMain?: boolean;
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
export async function openMap(
  frame: HTMLElement,
  first: MapData,
  handlers: Handlers = {},
): Promise<MapView | null> {
  if (!canDraw()) return null;
  library ??= loadLibrary(frame);
  const { Map: LibraryMap, LngLatBounds } = await library.catch((error: unknown) => {
    library = null;
    throw error;
  });
  const container = frame.querySelector<HTMLElement>('.map');
  if (container === null || !frame.isConnected) return null;
  let data = first;
  let selected = first.chosen ?? null;
  let drawn = 0;
  // The element has a size only while it is visible.
  frame.hidden = false;
  const map = newMap(LibraryMap, container, handlers.isMain === true);
  const shapes = () => shapesOf(data, selected);
  const endStyles = drawStyles(map, frame, () => addShapes(map, frame, shapes()));
  const fit = (duration = 0) => {
    const bounds = boundsOf(data, new LngLatBounds());
    if (bounds.isEmpty()) map.jumpTo(WORLD);
    else map.fitBounds(bounds, { padding: PADDING, maxZoom: CLOSEST, duration });
  };
  let isFitted = true;
  const zoom = (by: number) => {
    isFitted = by === 0;
    if (isFitted) fit();
    else map.zoomTo(map.getZoom() + by, { duration: 0 });
  };
  map.on('resize', () => isFitted && fit());
  map.on('dragstart', () => {
    isFitted = false;
  });
  map.on('moveend', () => handlers.onMove?.());

  const select = (id: string | null) => {
    selected = id;
    mark(id);
    if (id === null) delete frame.dataset['selected'];
    else frame.dataset['selected'] = id;
    const item = data.items.find((each) => each.id === id);
    if (item && !map.getBounds().contains([item.lng, item.lat])) {
      isFitted = false;
      map.easeTo({ center: [item.lng, item.lat], duration: 0 });
    }
    updateShapes(map, { selected: shapes().selected });
  };
  onHit(map, ({ id, count, at }) => {
    if (count === undefined) {
      select(id);
      handlers.onSelect?.(id);
      return;
    }
    isFitted = false;
    map.easeTo({ center: at, zoom: map.getZoom() + 2, duration: 0 });
  });

  const endControls = addControls(frame, container, zoom, (x, y) => {
    isFitted = false;
    map.panBy([x * MOVE_PX, y * MOVE_PX], { duration: 0 });
  });
  map.getCanvas().addEventListener('webglcontextlost', () => handlers.onLost?.());
  // For tests, and for whoever looks into a map in the browser's console.
  Object.defineProperty(frame, 'map', { configurable: true, value: map });
  fit();
  if (selected !== null) select(selected);

  return {
    map,
    show(next) {
      const isFirst = data.items.length === 0 && next.items.length > 0;
      const isOther = next.chosen !== data.chosen;
      data = next;
      if (isFitted && (isFirst || isOther)) fit();
      drawn ||= requestAnimationFrame(() => {
        drawn = 0;
        updateShapes(map, shapes());
      });
    },
    select,
    fit: (duration) => {
      if (isFitted) fit(duration);
    },
    edges() {
      const bounds = map.getBounds();
      return [bounds.getSouth(), bounds.getWest(), bounds.getNorth(), bounds.getEast()];
    },
    remove() {
      cancelAnimationFrame(drawn);
      endStyles();
      endControls();
      map.remove();
      frame.hidden = true;
      delete frame.dataset['drawn'];
    },
  };
}

/** Calls back with the item or cluster that was clicked. */
function onHit(map: MapLibre, act: (hit: NonNullable<ReturnType<typeof hitAt>>) => void): void {
  map.on('click', ({ point: { x, y } }) => {
    const hit = hitAt(map, x, y);
    if (hit !== null) act(hit);
  });
}

function newMap(LibraryMap: Library['Map'], container: HTMLElement, isMain: boolean): MapLibre {
  const map = new LibraryMap({
    container,
    ...WORLD,
    style: plainStyle(container),
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
 * Keeps the map in the style of the page's colours, or without streets if that cannot be loaded.
 * @param draw adds what the page draws: a new style has none of it.
 * @returns a function that ends it.
 */
function drawStyles(map: MapLibre, frame: HTMLElement, draw: () => void): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let isStyled = false;
  map.on('style.load', () => {
    draw();
    if (isStyled) frame.dataset['drawn'] = dark.matches ? 'dark' : 'light';
  });
  const restyle = async () => {
    isStyled = false;
    delete frame.dataset['drawn'];
    const url = frame.dataset[dark.matches ? 'dark' : 'light'] ?? '';
    const style = await readStyle(url).catch(() => null);
    isStyled = style !== null;
    map.setStyle(style ?? plainStyle(frame), { diff: false });
  };
  const withoutStreets = () => {
    if (!isStyled || frame.dataset['drawn']) return;
    isStyled = false;
    map.setStyle(plainStyle(frame), { diff: false });
  };
  const late = setTimeout(withoutStreets, STYLE_MS);
  map.on('error', withoutStreets);
  map.on('sourcedata', ({ sourceDataType }) => {
    if (sourceDataType === 'metadata') credit(map, frame);
  });
  dark.addEventListener('change', restyle);
  void restyle();
  return () => {
    clearTimeout(late);
    dark.removeEventListener('change', restyle);
  };
}

/** The item or the crowd at a point of the map; null: none. */
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

/** The elements of an item, in lists beside the map, are marked as current. */
function mark(id: string | null): void {
  for (const each of document.querySelectorAll('[data-map-item]')) {
    const isIt = each.getAttribute('data-map-item') === id;
    if (!isIt) each.removeAttribute('aria-current');
    else if (each.getAttribute('aria-current') !== 'true') {
      each.setAttribute('aria-current', 'true');
      each.scrollIntoView({ block: 'nearest' });
    }
  }
}

/**
 * The item that an event in a list is about; null: none, or it is about a link or button of its own.
 */
export function itemOf({ target }: Event): string | null {
  if (!(target instanceof Element)) return null;
  const item = target.closest('[data-map-item]');
  const control = target.closest('a, button, input, select, label, summary');
  if (control && control !== item && item?.contains(control)) return null;
  return item?.getAttribute('data-map-item') ?? null;
}

function boundsOf({ items, lines = [], areas = [] }: MapData, bounds: LngLatBounds): LngLatBounds {
  for (const { lng, lat } of items) bounds.extend([lng, lat]);
  const more = (points: readonly Position[]) => {
    for (const [lng, lat] of points) bounds.extend([lng, lat]);
  };
  if (!items.some(({ kind }) => kind === 'courier')) areas.forEach(more);
  for (const { kind, points } of lines) if (kind === 'way') more(points);
  return bounds;
}

/** Until the style has loaded, and where it cannot be: the bare ground. */
function plainStyle(frame: HTMLElement): Style {
  const ground = getComputedStyle(frame).getPropertyValue('--paper').trim();
  const paint = { 'background-color': ground };
  return { version: 8, sources: {}, layers: [{ id: 'ground', type: 'background', paint }] };
}

/** The map's attribution as text: foreign markup is not copied. */
function credit(map: MapLibre, frame: HTMLElement): void {
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
