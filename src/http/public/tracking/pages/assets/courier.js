// Shows the courier's position on the page of a personal link: in words, and on a map where the
// browser can draw one. Loaded once there is a position to show; the words are in the page even
// without this script.

const EARTH_M = 6_371_008.8;
const DEGREE_M = 111_320;
/** A coarse position means the courier is anywhere in a square field of this many metres. */
const FIELD_M = 250;
const GLIDE_MS = 900;
const CLOSEST = 16;
const WAY_MAX = 500;
/** If the map style has not loaded by then, draw without it. */
const STYLE_MS = 10_000;
/**
 * Delay after a map could not be drawn or lost its WebGL context, as happens to background pages on
 * phones.
 */
const RETRY_MS = 15_000;
// The buttons are on the right.
const FIT = { padding: { top: 44, bottom: 44, left: 44, right: 84 }, maxZoom: 15.5 };

/** The drawn map; null: none. */
let drawn = null;
let isOpening = false;
let newest = null;
let retry = 0;

// The page's other script dispatches the position: `detail` is the data of a `position` event.
document.getElementById('main').addEventListener('courier', ({ detail: place }) => {
  const section = document.getElementById('courier');
  newest = place;
  if (place === null) end();
  else if (section) show(section, place);
});

function show(section, place) {
  section.hidden = false;
  say(section, place);
  const frame = document.getElementById('courier-frame');
  if (drawn && drawn.frame === frame) drawn.moveTo(place);
  else open(frame);
}

/** There is nothing to show any more. */
function end() {
  drawn?.remove();
  drawn = null;
  const section = document.getElementById('courier');
  if (section) section.hidden = true;
}

function say(section, place) {
  const { texts, locale, zone, door } = JSON.parse(section.dataset.words);
  const isRough = place.precision === 'coarse';
  const time = timeOf(place.updated_at, locale, zone);
  const away = door && distance(place, door);
  const distanceText = away === null ? null : inWords(away, isRough, locale);
  const template = distanceText === null ? texts.seen : texts.seen_away;
  const values = { name: place.courier.name, time, distance: distanceText };
  write('courier-seen', fill(template, values));
  write('courier-stops', stopsText(place.stops_before, texts));
  write('courier-rough', isRough ? texts.rough : '');
}

function write(id, text) {
  const line = document.getElementById(id);
  if (!line) return;
  if (line.textContent !== text) line.textContent = text;
  line.hidden = text === '';
}

function timeOf(instant, locale, zone) {
  const at = new Date(instant);
  const form = { hour: 'numeric', minute: '2-digit' };
  try {
    return new Intl.DateTimeFormat(locale, { ...form, timeZone: zone ?? undefined }).format(at);
  } catch {
    return new Intl.DateTimeFormat(locale, form).format(at);
  }
}

function stopsText(stops, texts) {
  if (stops === null) return '';
  const text =
    stops === 0
      ? texts.next_stop
      : stops === 1
        ? texts.one_stop_before
        : fill(texts.stops_before, { count: String(stops) });
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function distance(from, to) {
  const rad = (degrees) => (degrees * Math.PI) / 180;
  const half =
    Math.sin(rad(to.lat - from.lat) / 2) ** 2 +
    Math.cos(rad(from.lat)) * Math.cos(rad(to.lat)) * Math.sin(rad(to.lng - from.lng) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(half)));
}

function inWords(metres, isRough, locale) {
  const step = isRough ? FIELD_M : 50;
  const nearby = Math.max(step, Math.round(metres / step) * step);
  const inKm = nearby >= 1_000;
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: inKm ? 'kilometer' : 'meter',
    maximumFractionDigits: 1,
  }).format(inKm ? metres / 1_000 : nearby);
}

/** When the browser has no WebGL, the library is not loaded at all. */
function canDraw() {
  const probe = document.createElement('canvas').getContext('webgl2');
  probe?.getExtension('WEBGL_lose_context')?.loseContext();
  return probe !== null;
}

async function open(frame) {
  drawn?.remove();
  drawn = null;
  if (!frame || isOpening || retry) return;
  isOpening = true;
  try {
    if (!canDraw()) throw new Error('nothing is drawn here');
    const library = await import(frame.dataset.library);
    library.setWorkerUrl(new URL(frame.dataset.worker, location.href).href);
    if (frame.isConnected && newest) drawn = draw(library, frame, newest);
  } catch {
    waitWith(frame);
  }
  isOpening = false;
}

/** The page shows the same in words meanwhile. */
function waitWith(frame) {
  frame.hidden = true;
  retry = setTimeout(() => {
    retry = 0;
    const section = document.getElementById('courier');
    if (newest && section) show(section, newest);
  }, RETRY_MS);
}

function draw(library, frame, first) {
  const section = document.getElementById('courier');
  const { door } = JSON.parse(section.dataset.words);
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const way = [];
  let place = first;
  let at = [first.lng, first.lat];
  let isFitted = true;
  let glide = 0;
  frame.hidden = false;
  const map = new library.Map({
    container: frame.querySelector('.map'),
    style: wantedStyle(frame),
    center: at,
    zoom: 13,
    maxZoom: CLOSEST,
    attributionControl: false,
    keyboard: false,
    scrollZoom: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    // On touch screens, a finger on the map scrolls the page.
    dragPan: matchMedia('(pointer: fine)').matches,
    fadeDuration: 0,
  });
  const canvas = map.getCanvas();
  canvas.setAttribute('aria-hidden', 'true');
  canvas.removeAttribute('tabindex');
  canvas.removeAttribute('role');
  canvas.removeAttribute('aria-label');

  function paint() {
    for (const [name, shape] of Object.entries(shapesOf(place, at, way, door))) {
      map.getSource(name)?.setData(shape);
    }
  }
  /** Fits the map to the courier's target position: the dot is still moving there. */
  function showAll(isSudden) {
    const there = [place.lng, place.lat];
    const bounds = new library.LngLatBounds(there, there);
    if (door) bounds.extend([door.lng, door.lat]);
    if (place.precision === 'coarse') for (const each of fieldOf(there)) bounds.extend(each);
    map.fitBounds(bounds, { ...FIT, duration: isSudden || still.matches ? 0 : GLIDE_MS });
  }
  /** Exposes the drawn position as attributes, for tests and assistive technology. */
  function settle() {
    frame.dataset.at = `${place.lat},${place.lng}`;
  }
  let isStyled = false;
  map.on('style.load', () => {
    isStyled = true;
    addLayers(map, frame, shapesOf(place, at, way, door));
  });
  // Without a diff: against the previous style it would remove our own layers.
  const doWithout = () => map.setStyle(plainStyle(frame), { diff: false });
  // If the style cannot be loaded, the route is drawn without streets.
  const late = setTimeout(() => isStyled || doWithout(), STYLE_MS);
  map.on('error', () => isStyled || doWithout());
  // Not for moving sources: serializing the whole style takes long.
  map.on('sourcedata', ({ sourceDataType }) => {
    if (sourceDataType === 'metadata') credit(map, frame);
  });
  map.once('load', () => {
    showAll(true);
    settle();
  });
  // A resized frame needs a new fit.
  map.on('resize', () => {
    if (isFitted) showAll(true);
  });
  map.on('dragstart', () => {
    isFitted = false;
  });
  canvas.addEventListener('webglcontextlost', () => {
    // Removing a map also loses its context.
    if (drawn?.map !== map) return;
    drawn.remove();
    drawn = null;
    waitWith(frame);
  });
  const recolour = () => frame.dataset.style || doWithout();
  dark.addEventListener('change', recolour);
  const press = ({ target }) => {
    const by = target.closest('button')?.dataset.zoom;
    if (by === undefined) return;
    isFitted = by === '0';
    if (isFitted) showAll(false);
    else map.zoomTo(map.getZoom() + Number(by), { duration: still.matches ? 0 : 200 });
  };
  frame.addEventListener('click', press);
  showAll(true);
  return {
    frame,
    map,
    moveTo(next) {
      const from = at;
      const to = [next.lng, next.lat];
      // A coarse position does not become a point of the drawn track.
      if (place.precision !== next.precision) way.length = 0;
      if (next.precision === 'exact') {
        if (way.length === 0 && place.precision === 'exact') way.push(from);
        way.push(to);
        if (way.length > WAY_MAX) way.shift();
      }
      const isGliding = !still.matches && !document.hidden && place.precision === next.precision;
      place = next;
      cancelAnimationFrame(glide);
      const began = performance.now();
      const step = (now) => {
        const part = isGliding ? Math.min(1, Math.max(0, (now - began) / GLIDE_MS)) : 1;
        at = [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
        paint();
        if (part < 1) glide = requestAnimationFrame(step);
        else settle();
      };
      step(began);
      if (isFitted) showAll(false);
    },
    remove() {
      cancelAnimationFrame(glide);
      clearTimeout(late);
      dark.removeEventListener('change', recolour);
      frame.removeEventListener('click', press);
      map.remove();
      frame.hidden = true;
    },
  };
}

function shapesOf(place, at, way, door) {
  const isRough = place.precision === 'coarse';
  const feature = (geometry) => ({ type: 'Feature', properties: {}, geometry });
  const none = { type: 'FeatureCollection', features: [] };
  const home = door && [door.lng, door.lat];
  return {
    'waybill-left': home ? feature({ type: 'LineString', coordinates: [at, home] }) : none,
    'waybill-way':
      way.length > 0
        ? feature({ type: 'LineString', coordinates: [...way.slice(0, -1), at] })
        : none,
    'waybill-field': isRough ? feature({ type: 'Polygon', coordinates: [fieldOf(at)] }) : none,
    'waybill-door': home ? feature({ type: 'Point', coordinates: home }) : none,
    'waybill-courier': isRough ? none : feature({ type: 'Point', coordinates: at }),
  };
}

function fieldOf([lng, lat]) {
  const high = FIELD_M / 2 / DEGREE_M;
  const wide = high / Math.max(0.01, Math.cos((lat * Math.PI) / 180));
  const corners = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
    [-1, -1],
  ];
  return corners.map(([x, y]) => [lng + x * wide, lat + y * high]);
}

function addLayers(map, frame, shapes) {
  const colour = (name) => getComputedStyle(frame).getPropertyValue(name).trim();
  const [tone, card, ink] = [colour('--tone'), colour('--card'), colour('--ink')];
  for (const [name, data] of Object.entries(shapes)) map.addSource(name, { type: 'geojson', data });
  const add = (id, type, paint, layout = {}, source = id) =>
    map.addLayer({ id, source, type, paint, layout });
  add('waybill-field', 'fill', {
    'fill-color': tone,
    'fill-opacity': 0.25,
    'fill-outline-color': tone,
  });
  add('waybill-left', 'line', {
    'line-color': ink,
    'line-opacity': 0.45,
    'line-width': 2,
    'line-dasharray': [1, 3],
  });
  const round = { 'line-cap': 'round', 'line-join': 'round' };
  add('waybill-way', 'line', { 'line-color': tone, 'line-width': 4 }, round);
  const dot = { 'circle-stroke-color': card, 'circle-stroke-width': 3 };
  // Wider than the courier's dot, so the door stays visible when the courier stands at it.
  const ring = { 'circle-opacity': 0, 'circle-stroke-color': ink, 'circle-stroke-width': 2 };
  add('waybill-door-ring', 'circle', { ...ring, 'circle-radius': 17 }, {}, 'waybill-door');
  add('waybill-door', 'circle', { ...dot, 'circle-color': ink, 'circle-radius': 7 });
  add('waybill-courier', 'circle', { ...dot, 'circle-color': tone, 'circle-radius': 10 });
}

/** Streets where a map style is configured; otherwise the background alone. */
function wantedStyle(frame) {
  const { style, credit: attribution } = frame.dataset;
  if (!style) return plainStyle(frame);
  if (!style.includes('{z}')) return style;
  return {
    version: 8,
    sources: { tiles: { type: 'raster', tiles: [style], tileSize: 256, attribution } },
    layers: [{ id: 'tiles', type: 'raster', source: 'tiles' }],
  };
}

function plainStyle(frame) {
  const ground = getComputedStyle(frame).getPropertyValue('--paper').trim();
  const paint = { 'background-color': ground };
  return { version: 8, sources: {}, layers: [{ id: 'ground', type: 'background', paint }] };
}

/** The map attribution as text: foreign markup is not copied. */
function credit(map, frame) {
  const texts = new Set();
  for (const id of Object.keys(map.getStyle()?.sources ?? {})) {
    const { attribution } = map.getSource(id) ?? {};
    if (!attribution) continue;
    const text = new DOMParser().parseFromString(attribution, 'text/html').body.textContent;
    if (text) texts.add(text.trim());
  }
  const line = frame.querySelector('.credit');
  const text = [...texts].join(' · ');
  if (line.textContent !== text) line.textContent = text;
  line.hidden = text === '';
}
