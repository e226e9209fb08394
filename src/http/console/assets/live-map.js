// The dispatcher's map for operators and the desk. The page is complete without this file. The
// script draws the couriers from the page's own data, and refetches the same page every five
// seconds. If the page names a stream, couriers move as it reports and the page is refetched less
// often, for new couriers and for the table. If the page names a stream that announces changes, it
// is refetched on each one.

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
const HIT_PX = 24;
const ZOOM = 1.6;
/** Margin around everything shown; the buttons are on the right. */
const EDGE_PX = 32;
const BUTTONS_PX = 76;
const SCALE_MIN = 256;
const SCALE_MAX = 2 ** 27;
const MOVE_PX = 60;

/** The stream's last update of each courier, and those removed since the current fetch began. */
const newest = new Map();
const gone = new Set();

const canvas = document.getElementById('map');
const frame = document.getElementById('map-frame');
const pen = canvas.getContext('2d');

let data = read(document);
let view = null;
/** The courier selected last: highlighted at once, before the page with the trail has loaded. */
let chosenId = data.chosen?.id ?? null;
let colours = {};
/** Prerendered marker per tone and device pixel ratio. */
const markers = new Map();
let timer = 0;
let pollDueMs = 0;
let polling = null;
let isDrawn = true;
/** The stream of courier positions, with its URL and area; null: none. */
let stream = null;
let subscribeTimer = 0;
let refusedUntil = 0;
/** The stream that announces changes of the page; null: none. */
let news = null;
let isStale = false;

/** Points are `[id, name, lat, lng, tone, x, y, at]`: world coordinates are computed once. */
function read(page) {
  const text = page.getElementById('map-data')?.textContent ?? '{"points":[],"chosen":null}';
  const found = JSON.parse(text);
  found.points = found.points
    .filter(([id]) => !gone.has(id))
    .map(([id, name, lat, lng, tone, at = 0]) => {
      const point = [id, name, lat, lng, tone, ...world(lat, lng), at];
      const newer = newest.get(id);
      if (newer) place(point, newer);
      return point;
    });
  found.byId = new Map(found.points.map((point) => [point[0], point]));
  return found;
}

/** Never replaces a newer place with an older one, from page or stream. */
function place(point, [, lat, lng, at]) {
  if (at <= point[7]) return false;
  point.splice(2, 2, lat, lng);
  point.splice(5, 3, ...world(lat, lng), at);
  return true;
}

/** Web Mercator, from 0 to 1. */
function world(lat, lng) {
  const sin = Math.min(Math.max(Math.sin((lat * Math.PI) / 180), -0.9999), 0.9999);
  return [lng / 360 + 0.5, 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)];
}

function pixel([x, y]) {
  return [
    (x - view.x) * view.scale + canvas.clientWidth / 2,
    (y - view.y) * view.scale + canvas.clientHeight / 2,
  ];
}

function showAll() {
  const all = data.points.map((point) => point.slice(5));
  if (all.length === 0) {
    view = { x: 0.5, y: 0.35, scale: 512 };
    return draw();
  }
  let [left, top, right, bottom] = [1, 1, 0, 0];
  for (const [x, y] of all) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const wide = (canvas.clientWidth - EDGE_PX - BUTTONS_PX) / Math.max(right - left, 1e-6);
  const high = (canvas.clientHeight - 2 * EDGE_PX) / Math.max(bottom - top, 1e-6);
  const scale = limited(Math.min(wide, high));
  const aside = (BUTTONS_PX - EDGE_PX) / 2 / scale;
  view = { x: (left + right) / 2 + aside, y: (top + bottom) / 2, scale };
  draw();
}

function limited(scale) {
  return Math.min(Math.max(scale, SCALE_MIN), SCALE_MAX);
}

function zoom(by, at = [canvas.clientWidth / 2, canvas.clientHeight / 2]) {
  const scale = limited(view.scale * by);
  const offset = [at[0] - canvas.clientWidth / 2, at[1] - canvas.clientHeight / 2];
  view.x += offset[0] / view.scale - offset[0] / scale;
  view.y += offset[1] / view.scale - offset[1] / scale;
  view.scale = scale;
  draw();
}

function move(x, y) {
  view.x += x / view.scale;
  view.y += y / view.scale;
  draw();
}

/** Once per frame, however often something changes. */
function draw() {
  if (!isDrawn) return;
  isDrawn = false;
  requestAnimationFrame(() => {
    isDrawn = true;
    paint();
  });
}

function paint() {
  subscribeSoon();
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  paintGrid(width, height);
  paintAreas(data.areas ?? []);
  if (data.chosen?.id === chosenId && data.chosen) paintTrail(data.chosen.trail);
  let chosen = null;
  const middle = [width / 2, height / 2];
  // Least urgent first, so that the others are drawn above them.
  for (const tone of ['good', 'plain', 'warn', 'bad']) {
    const marker = markerOf(tone, ratio);
    for (const point of data.points) {
      if (point[4] !== tone) continue;
      if (point[0] === chosenId) chosen = point;
      else paintMarker(marker, point, middle, ratio);
    }
  }
  if (chosen) paintChosen(chosen);
}

/** Without streets, grid lines a whole number of metres apart show the scale. */
function paintGrid(width, height) {
  const equatorM = 40_075_017;
  const lat = Math.atan(Math.sinh(Math.PI * (1 - 2 * view.y)));
  const metre = view.scale / (equatorM * Math.cos(lat));
  const power = 10 ** Math.floor(Math.log10(120 / metre));
  const step = [1, 2, 5, 10].map((by) => by * power).find((each) => each * metre >= 80);
  const gap = step * metre;
  const [x, y] = pixel([0.5, 0.5]);
  pen.strokeStyle = colours.line;
  pen.lineWidth = 1;
  pen.beginPath();
  for (let at = x % gap; at < width; at += gap) {
    pen.moveTo(at, 0);
    pen.lineTo(at, height);
  }
  for (let at = y % gap; at < height; at += gap) {
    pen.moveTo(0, at);
    pen.lineTo(width, at);
  }
  pen.stroke();
  pen.fillStyle = colours.soft;
  pen.font = '12px system-ui, sans-serif';
  pen.fillText(
    frame.dataset.square.replace('{size}', step >= 1_000 ? `${step / 1_000} km` : `${step} m`),
    8,
    height - 10,
  );
}

/** Areas where offers are paused. */
function paintAreas(areas) {
  pen.beginPath();
  for (const ring of areas) {
    for (const [nr, [lng, lat]] of ring.entries()) {
      const [x, y] = pixel(world(lat, lng));
      if (nr === 0) pen.moveTo(x, y);
      else pen.lineTo(x, y);
    }
    pen.closePath();
  }
  pen.globalAlpha = 0.18;
  pen.fillStyle = colours.bad;
  pen.fill();
  pen.globalAlpha = 1;
  pen.strokeStyle = colours.bad;
  pen.lineWidth = 1;
  pen.stroke();
}

/** Left, top, right and bottom of the visible map in world coordinates, with a margin. */
function edges(beyond) {
  const wide = (canvas.clientWidth * (0.5 + beyond)) / view.scale;
  const high = (canvas.clientHeight * (0.5 + beyond)) / view.scale;
  return [view.x - wide, view.y - high, view.x + wide, view.y + high];
}

/** The same, as `south,west,north,east`. */
function degreesOf([left, top, right, bottom]) {
  const latOf = (y) => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
  const lngOf = (x) => Math.min(Math.max((x - 0.5) * 360, -180), 180);
  return [latOf(bottom), lngOf(left), latOf(top), lngOf(right)].map((each) => each.toFixed(5));
}

/** The button needs this script. */
function showBoxButton() {
  document.getElementById('pause-view')?.removeAttribute('hidden');
}

function takeBox() {
  const box = degreesOf(edges(0));
  document.getElementById('pause-box').value = box.join(',');
  const [south, west, north, east] = box;
  document.getElementById('pause-box-words').textContent = frame.dataset.box
    .replace('{from}', `${south}, ${west}`)
    .replace('{to}', `${north}, ${east}`);
}

function paintTrail(trail) {
  pen.strokeStyle = colours.link;
  pen.lineWidth = 3;
  pen.lineJoin = 'round';
  pen.beginPath();
  for (const [nr, [lng, lat]] of trail.entries()) {
    const [x, y] = pixel(world(lat, lng));
    if (nr === 0) pen.moveTo(x, y);
    else pen.lineTo(x, y);
  }
  pen.stroke();
}

const MARKER_PX = 5;
/** Room for its outline, and the tip of a triangle. */
const MARKER_HALF_PX = MARKER_PX + 3;

/** Copying two thousand prerendered shapes a frame takes a tenth of the time of drawing them. */
function markerOf(tone, ratio) {
  const key = `${tone} ${ratio}`;
  let marker = markers.get(key);
  if (!marker) {
    marker = document.createElement('canvas');
    marker.width = Math.ceil(2 * MARKER_HALF_PX * ratio);
    marker.height = marker.width;
    const brush = marker.getContext('2d');
    brush.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintShape(brush, tone, [MARKER_HALF_PX, MARKER_HALF_PX], MARKER_PX);
    markers.set(key, marker);
  }
  return marker;
}

/**
 * @param middle of the map, in pixels: read once per frame, because reading it may force a
 *   layout.
 */
function paintMarker(marker, point, [width, height], ratio) {
  const x = (point[5] - view.x) * view.scale + width - MARKER_HALF_PX;
  const y = (point[6] - view.y) * view.scale + height - MARKER_HALF_PX;
  if (x < -20 || y < -20 || x > 2 * width + 20 || y > 2 * height + 20) return;
  // On whole device pixels the copy stays sharp.
  const [left, top] = [Math.round(x * ratio) / ratio, Math.round(y * ratio) / ratio];
  pen.drawImage(marker, left, top, marker.width / ratio, marker.height / ratio);
}

/** Shapes differ as well as colours: a square is silent, a triangle a warning. */
function paintShape(brush, tone, [x, y], size) {
  brush.fillStyle = colours[tone] ?? colours.soft;
  brush.strokeStyle = colours.card;
  brush.lineWidth = 1.5;
  brush.beginPath();
  if (tone === 'bad') brush.rect(x - size, y - size, 2 * size, 2 * size);
  else if (tone === 'warn') {
    brush.moveTo(x, y - size - 1);
    brush.lineTo(x + size + 1, y + size);
    brush.lineTo(x - size - 1, y + size);
    brush.closePath();
  } else brush.arc(x, y, size, 0, 2 * Math.PI);
  brush.fill();
  brush.stroke();
}

function paintChosen(point) {
  const [x, y] = pixel(point.slice(5));
  paintShape(pen, point[4], [x, y], 9);
  pen.strokeStyle = colours.link;
  pen.beginPath();
  pen.arc(x, y, 15, 0, 2 * Math.PI);
  pen.stroke();
  pen.fillStyle = colours.ink;
  pen.font = '600 13px system-ui, sans-serif';
  pen.strokeStyle = colours.card;
  pen.lineWidth = 4;
  pen.lineJoin = 'round';
  pen.strokeText(point[1], x + 19, y + 4);
  pen.fillText(point[1], x + 19, y + 4);
}

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const names = ['good', 'warn', 'bad', 'link', 'line', 'soft', 'ink', 'card'];
  colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`)]));
  markers.clear();
  draw();
}

function nearest([x, y]) {
  let found = null;
  let least = HIT_PX;
  for (const point of data.points) {
    const [px, py] = pixel(point.slice(5));
    const away = Math.hypot(px - x, py - y);
    if (away <= least) {
      found = point;
      least = away;
    }
  }
  return found;
}

/** Highlights a courier at once; the page with trail and text follows. */
function choose(id) {
  chosenId = id;
  const point = data.points.find(([each]) => each === id);
  if (point) {
    const [x, y] = pixel(point.slice(5));
    const isVisible =
      x > 20 && y > 20 && x < canvas.clientWidth - 20 && y < canvas.clientHeight - 20;
    if (!isVisible) [view.x, view.y] = point.slice(5);
  }
  for (const row of document.querySelectorAll('#map-table tr[aria-current]'))
    row.removeAttribute('aria-current');
  document.getElementById(id)?.closest('tr')?.setAttribute('aria-current', 'true');
  draw();
  const url = new URL(location.href);
  url.searchParams.set('courier', id);
  history.replaceState(null, '', url);
  poll();
}

function take(page) {
  const wasEmpty = data.points.length === 0;
  data = read(page);
  gone.clear();
  chosenId = data.chosen?.id ?? chosenId;
  const focused = document.activeElement?.id;
  for (const id of ['map-summary', 'map-alerts', 'map-paused', 'map-chosen', 'map-table']) {
    const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
    // Unchanged content stays, so screen readers do not announce it again.
    if (old && fresh && old.innerHTML !== fresh.innerHTML) old.innerHTML = fresh.innerHTML;
  }
  // The pause form is not replaced while somebody fills it in: it is inserted once available.
  const pausing = document.getElementById('map-pause');
  if (pausing && !pausing.firstElementChild) {
    pausing.innerHTML = page.getElementById('map-pause')?.innerHTML ?? '';
    showBoxButton();
  }
  if (wasEmpty && data.points.length > 0) showAll();
  if (focused && document.activeElement === document.body)
    document.getElementById(focused)?.focus({ preventScroll: true });
  draw();
}

async function poll() {
  clearTimeout(timer);
  timer = 0;
  polling?.abort();
  const mine = new AbortController();
  polling = mine;
  gone.clear();
  const end = setTimeout(() => mine.abort(), TIMEOUT_MS);
  try {
    const init = { headers: { accept: 'text/html' }, cache: 'no-store', signal: mine.signal };
    const response = await fetch(location.href, init);
    const text = await response.text();
    const page = new DOMParser().parseFromString(text, 'text/html');
    if (response.ok && page.getElementById('map-data')) take(page);
    // The session has ended: show the sign-in page.
    else if (response.redirected) location.reload();
  } catch {
    // Retried with the next poll.
  }
  clearTimeout(end);
  if (polling !== mine) return;
  polling = null;
  pollLater();
  if (isStale) reload();
}

/** The page has changed. A fetch in progress may have begun before that, so another one follows. */
function reload() {
  isStale = polling !== null;
  if (!isStale) poll();
}

function refreshSoon() {
  const isWanted = data.news && document.visibilityState === 'visible';
  if (!isWanted) {
    news?.close();
    news = null;
  }
  if (!isWanted || news) return;
  const source = new EventSource(data.news.url);
  news = source;
  source.addEventListener('changed', (event) => {
    if (JSON.parse(event.data).version !== data.news?.version) reload();
  });
  source.addEventListener('error', () => {
    if (source.readyState !== EventSource.CLOSED || news !== source) return;
    news = null;
    setTimeout(refreshSoon, REFUSED_MS);
  });
}

/** An earlier poll stays scheduled: a stream that keeps failing does not postpone it. */
function pollLater() {
  if (polling || document.visibilityState !== 'visible') return;
  const waitMs = stream?.isLive ? LIVE_POLL_MS : POLL_MS;
  const dueMs = performance.now() + waitMs;
  if (timer && pollDueMs <= dueMs) return;
  clearTimeout(timer);
  pollDueMs = dueMs;
  timer = setTimeout(poll, waitMs);
}

function subscribeSoon() {
  if (data.live && !subscribeTimer) subscribeTimer = setTimeout(subscribe, SUBSCRIBE_DELAY_MS);
}

/** Opens a stream for the visible area, unless the open one covers it. */
function subscribe() {
  subscribeTimer = 0;
  const isWanted = data.live && document.visibilityState === 'visible';
  if (!isWanted || Date.now() < refusedUntil) {
    if (!isWanted) unsubscribe();
    return;
  }
  const shown = edges(0);
  if (stream?.url === data.live && isCovered(stream.edges, shown)) return;
  unsubscribe();
  const url = new URL(data.live, location.href);
  const around = edges(BEYOND);
  url.searchParams.set('area', degreesOf(around).join());
  const source = new EventSource(url);
  const mine = { url: data.live, edges: around, source, isLive: false };
  stream = mine;
  source.addEventListener('batch', (event) => {
    mine.isLive = true;
    for (const topic of JSON.parse(event.data).topics) takeMoves(topic);
  });
  source.addEventListener('error', () => {
    mine.isLive = false;
    if (source.readyState === EventSource.CLOSED && stream === mine) {
      stream = null;
      refusedUntil = Date.now() + REFUSED_MS;
      setTimeout(subscribeSoon, REFUSED_MS);
    }
    pollLater();
  });
}

function unsubscribe() {
  stream?.source.close();
  stream = null;
}

function isCovered(around, shown) {
  const [left, top, right, bottom] = shown;
  const isWithin =
    left >= around[0] && top >= around[1] && right <= around[2] && bottom <= around[3];
  return isWithin && around[2] - around[0] <= (right - left) * TOO_WIDE;
}

function takeMoves({ couriers, gone: ended }) {
  let isChanged = ended.length > 0;
  for (const id of ended) {
    newest.delete(id);
    gone.add(id);
    data.byId.delete(id);
  }
  if (isChanged) data.points = data.points.filter(([id]) => data.byId.has(id));
  for (const courier of couriers) {
    const [id, lat, lng, at] = courier;
    gone.delete(id);
    if (at <= (newest.get(id)?.[3] ?? 0)) continue;
    newest.set(id, courier);
    const point = data.byId.get(id);
    if (!point || !place(point, courier)) continue;
    isChanged = true;
    if (id === data.chosen?.id) data.chosen.trail.push([lng, lat]);
  }
  if (isChanged) draw();
}

const KEYS = {
  ArrowLeft: () => move(-MOVE_PX, 0),
  ArrowRight: () => move(MOVE_PX, 0),
  ArrowUp: () => move(0, -MOVE_PX),
  ArrowDown: () => move(0, MOVE_PX),
  '+': () => zoom(ZOOM),
  '=': () => zoom(ZOOM),
  '-': () => zoom(1 / ZOOM),
  0: () => showAll(),
};
canvas.addEventListener('keydown', (event) => {
  const act = event.ctrlKey || event.metaKey || event.altKey ? null : KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

let held = null;
canvas.addEventListener('pointerdown', (event) => {
  held = { x: event.offsetX, y: event.offsetY, moved: 0 };
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener('pointermove', (event) => {
  if (!held) return;
  const [x, y] = [held.x - event.offsetX, held.y - event.offsetY];
  held = { x: event.offsetX, y: event.offsetY, moved: held.moved + Math.hypot(x, y) };
  move(x, y);
});
canvas.addEventListener('pointerup', (event) => {
  const point = held && held.moved < 6 ? nearest([event.offsetX, event.offsetY]) : null;
  held = null;
  if (point) choose(point[0]);
});
canvas.addEventListener('pointercancel', () => {
  held = null;
});
canvas.addEventListener(
  'wheel',
  (event) => {
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.25 : 0.8, [event.offsetX, event.offsetY]);
  },
  { passive: false },
);
document.getElementById('map-in').addEventListener('click', () => zoom(ZOOM));
document.getElementById('map-out').addEventListener('click', () => zoom(1 / ZOOM));
document.getElementById('map-all').addEventListener('click', () => showAll());
document.getElementById('map-pause')?.addEventListener('click', (event) => {
  if (event.target.id === 'map-box') takeBox();
});
showBoxButton();
document.getElementById('map-table').addEventListener('click', (event) => {
  const link = event.target.closest('a[data-courier]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  choose(link.dataset.courier);
});
document.addEventListener('visibilitychange', () => {
  subscribe();
  refreshSoon();
  if (document.visibilityState === 'visible') poll();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', readColours);
new ResizeObserver(() => draw()).observe(canvas);

frame.hidden = false;
showAll();
readColours();
pollLater();
refreshSoon();
