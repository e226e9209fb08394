import { whenReleased } from '../../console/client/presses.ts';
import { renew } from '../../console/client/renew.ts';
import {
  type MapData,
  type MapItem,
  type MapLine,
  PAGE_CHANGED,
  type Position,
} from '../map-data.ts';
import { bearing, distanceM, drivenOf } from './geometry.ts';
import { itemOf } from './map-view.ts';
import { dataIn, drawOnPage, pageView, selectOnMap } from './page-map.ts';

// The dispatcher's maps: of all couriers, and of the board. The page is complete without this
// script, which fetches the same page again every five seconds. If the page names a stream of
// positions (`data.live`), couriers move as it reports and the page is fetched less often, for new
// couriers and for the table. If it names a stream of changes (`data.updates`), it is fetched on
// each change.

const POLL_MS = 5_000;
const LIVE_POLL_MS = 15_000;
/** No new stream at each step while the map is being moved. */
const SUBSCRIBE_DELAY_MS = 400;
/** Delay before a rejected stream is opened again. */
const REFUSED_MS = 30_000;
/**
 * The stream covers this much beyond the map's edge, in parts of its width; if it covers more than
 * this after zooming in, it is reopened.
 */
const BEYOND = 0.5;
const TOO_WIDE = 4;
/** A request that takes this long counts as failed: the next poll is due. */
const TIMEOUT_MS = 20_000;
/** Smaller moves say nothing about the direction. */
const TURN_M = 5;
/** What a fetch of the page replaces. */
const PARTS = [
  ...['map-summary', 'map-alerts', 'map-figures', 'map-paused', 'map-legend', 'map-jumps'],
  ...['map-chosen', 'map-stops', 'map-table'],
];

type Move = readonly [id: string, lat: number, lng: number, at: number];
type Edges = readonly [south: number, west: number, north: number, east: number];

interface PositionStream {
  readonly url: string;
  readonly edges: Edges;
  readonly source: EventSource;
  isLive: boolean;
}

/** The stream's last update of each courier, and those removed since the current fetch began. */
const newest = new Map<string, Move>();
const gone = new Set<string>();
let data: MapData = { items: [] };
let timer = 0;
let pollDueMs = 0;
let polling: AbortController | null = null;
let positions: PositionStream | null = null;
let subscribeTimer = 0;
let refusedUntilMs = 0;
/** The stream that announces changes of the page; null: none. */
let updates: EventSource | null = null;
let isStale = false;

export function runLivePage(): void {
  data = readData(document);
  document.addEventListener('click', handleClick);
  document.addEventListener(PAGE_CHANGED, () => {
    // What is being fetched may be older.
    polling?.abort();
    data = readData(document);
    void draw();
  });
  document.addEventListener('visibilitychange', () => {
    subscribe();
    watchUpdates();
    if (document.visibilityState === 'visible') void poll();
  });
  pollLater();
  watchUpdates();
  void draw();
}

async function draw(): Promise<void> {
  await drawOnPage(data, { onSelect: choose, onMove: subscribeSoon, isMain: true });
  // The button needs this script.
  if (pageView()) document.getElementById('pause-view')?.removeAttribute('hidden');
  subscribeSoon();
}

/** The data of a page, with moves that the stream has reported since. */
function readData(page: Document): MapData {
  const found = dataIn(page);
  const items = found.items
    .filter(({ id }) => !gone.has(id))
    .map((item) => {
      const newer = newest.get(item.id);
      return newer ? moved(item, newer) : item;
    });
  return { ...found, items };
}

/** The item at the place of the move; unchanged if the move is older than the item's place. */
function moved(item: MapItem, [, lat, lng, at]: Move): MapItem {
  if (at <= (item.at ?? 0)) return item;
  const isTurned = distanceM(item, { lat, lng }) > TURN_M;
  const heading = isTurned ? bearing(item, { lat, lng }) : (item.heading ?? null);
  return { ...item, lat, lng, at, heading };
}

function handleClick(event: MouseEvent): void {
  if (event.target instanceof Element && event.target.id === 'map-box') fillPauseBox();
  const id = itemOf(event);
  if (id === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  selectOnMap(id);
  choose(id);
}

/**
 * Puts the courier into the page's URL and fetches the page, which then has their trail and text.
 * Does nothing for a detail of a courier, such as a stop: the page describes that courier already.
 */
function choose(id: string): void {
  if (data.items.some((item) => item.id === id && item.of !== undefined)) return;
  const url = new URL(location.href);
  url.searchParams.set('courier', id);
  history.replaceState(null, '', url);
  void poll();
}

/** Writes the visible part of the map into the form that pauses an area. */
function fillPauseBox(): void {
  const box = pageView()
    ?.edges()
    ?.map((each) => each.toFixed(5));
  const [input, words] = ['pause-box', 'pause-box-words'].map((id) => document.getElementById(id));
  const template = document.getElementById('map-frame')?.dataset['box'] ?? '';
  if (!box || !words || !(input instanceof HTMLInputElement)) return;
  const [south, west, north, east] = box;
  input.value = box.join(',');
  words.textContent = template
    .replace('{from}', `${south}, ${west}`)
    .replace('{to}', `${north}, ${east}`);
}

/** Replaces the parts of the page that have changed, and the data on the map. */
function showFetched(page: Document): void {
  data = readData(page);
  gone.clear();
  const focused = document.activeElement?.id;
  for (const id of PARTS) {
    const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
    // Unchanged content stays, so screen readers do not announce it again.
    if (old && fresh && old.innerHTML !== fresh.innerHTML) renew(old, fresh);
  }
  // The pause form is not replaced while somebody fills it in: it is inserted once available.
  const pausing = document.getElementById('map-pause');
  if (pausing && !pausing.firstElementChild) {
    pausing.innerHTML = page.getElementById('map-pause')?.innerHTML ?? '';
  }
  if (focused && document.activeElement === document.body) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
  void draw();
}

async function poll(): Promise<void> {
  clearTimeout(timer);
  timer = 0;
  polling?.abort();
  const mine = new AbortController();
  polling = mine;
  gone.clear();
  const end = setTimeout(() => mine.abort(), TIMEOUT_MS);
  try {
    const init = {
      headers: { accept: 'text/html' },
      cache: 'no-store',
      signal: mine.signal,
    } as const;
    const response = await fetch(location.href, init);
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    await whenReleased();
    if (response.ok && page.getElementById('map-data')) showFetched(page);
    // The session has ended: show the sign-in page.
    else if (response.redirected) location.reload();
  } catch {
    // Retried with the next poll.
  }
  clearTimeout(end);
  if (polling !== mine) return;
  polling = null;
  pollLater();
  if (isStale) pollAgain();
}

/**
 * Fetches the page because it has changed. If a fetch is in progress, which may have begun before
 * the change, another one follows it.
 */
function pollAgain(): void {
  isStale = polling !== null;
  if (!isStale) void poll();
}

function watchUpdates(): void {
  const isWanted = data.updates && document.visibilityState === 'visible';
  if (!isWanted) {
    updates?.close();
    updates = null;
  }
  if (!isWanted || updates) return;
  const source = new EventSource(data.updates?.url ?? '');
  updates = source;
  source.addEventListener('changed', (event) => {
    if (JSON.parse(event.data).version !== data.updates?.version) pollAgain();
  });
  source.addEventListener('error', () => {
    if (source.readyState !== EventSource.CLOSED || updates !== source) return;
    updates = null;
    setTimeout(watchUpdates, REFUSED_MS);
  });
}

/**
 * Schedules the next poll. One scheduled earlier stays, so a stream that keeps failing does not
 * postpone it.
 */
function pollLater(): void {
  if (polling || document.visibilityState !== 'visible') return;
  const waitMs = positions?.isLive ? LIVE_POLL_MS : POLL_MS;
  const dueMs = performance.now() + waitMs;
  if (timer && pollDueMs <= dueMs) return;
  clearTimeout(timer);
  pollDueMs = dueMs;
  timer = setTimeout(poll, waitMs);
}

function subscribeSoon(): void {
  if (data.live && !subscribeTimer) subscribeTimer = setTimeout(subscribe, SUBSCRIBE_DELAY_MS);
}

/** Opens a stream for the visible area, unless the open one covers it. */
function subscribe(): void {
  subscribeTimer = 0;
  const shown = pageView()?.edges();
  if (!data.live || !shown || document.visibilityState !== 'visible') {
    unsubscribe();
    return;
  }
  if (performance.now() < refusedUntilMs) return;
  if (positions?.url === data.live && isCovered(positions.edges, shown)) return;
  unsubscribe();
  const around = widen(shown);
  const url = new URL(data.live, location.href);
  url.searchParams.set('area', around.map((each) => each.toFixed(5)).join());
  const source = new EventSource(url);
  const mine: PositionStream = { url: data.live, edges: around, source, isLive: false };
  positions = mine;
  source.addEventListener('batch', (event) => {
    mine.isLive = true;
    for (const topic of JSON.parse(event.data).topics) applyMoves(topic);
  });
  source.addEventListener('error', () => {
    mine.isLive = false;
    if (source.readyState === EventSource.CLOSED && positions === mine) {
      positions = null;
      refusedUntilMs = performance.now() + REFUSED_MS;
      setTimeout(subscribeSoon, REFUSED_MS);
    }
    pollLater();
  });
}

function unsubscribe(): void {
  positions?.source.close();
  positions = null;
}

/** The area with a margin on all sides, within the limits of latitude and longitude. */
function widen([south, west, north, east]: Edges): Edges {
  const [high, wide] = [(north - south) * BEYOND, (east - west) * BEYOND];
  return [
    Math.max(-90, south - high),
    Math.max(-180, west - wide),
    Math.min(90, north + high),
    Math.min(180, east + wide),
  ];
}

/** Whether `around` contains the visible area and is not much wider. */
function isCovered(around: Edges, [south, west, north, east]: Edges): boolean {
  const isWithin =
    south >= around[0] && west >= around[1] && north <= around[2] && east <= around[3];
  return isWithin && around[3] - around[1] <= (east - west) * TOO_WIDE;
}

function applyMoves(topic: {
  readonly couriers: readonly Move[];
  readonly gone: readonly string[];
}) {
  const moves = new Map<string, Move>();
  for (const id of topic.gone) {
    newest.delete(id);
    gone.add(id);
  }
  for (const move of topic.couriers) {
    const [id, , , at] = move;
    gone.delete(id);
    if (at <= (newest.get(id)?.[3] ?? 0)) continue;
    newest.set(id, move);
    moves.set(id, move);
  }
  if (moves.size === 0 && topic.gone.length === 0) return;
  const items = data.items.flatMap((item) => {
    if (gone.has(item.id)) return [];
    const move = moves.get(item.id);
    return [move ? moved(item, move) : item];
  });
  const lines = (data.lines ?? []).map((line) => withMove(line, moves.get(line.of ?? '')));
  data = { ...data, items, lines };
  pageView()?.show(data);
}

/**
 * A line after the move of its courier: the trail ends at the new place, and what is left of the
 * route begins there.
 */
function withMove(line: MapLine, move: Move | undefined): MapLine {
  if (move === undefined) return line;
  const { kind, points, isStraight } = line;
  const at: Position = [move[2], move[1]];
  if (kind === 'trail') return { ...line, points: [...points, at] };
  const driven = kind === 'route' && !isStraight ? drivenOf(points, at) : 1;
  return { ...line, points: [at, ...points.slice(driven)] };
}
