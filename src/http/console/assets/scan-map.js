// The course of a parcel on a street map, where one is configured. The page's own drawing shows the
// same without this script.

const CLOSEST = 15;
const STYLE_MS = 10_000;
const AREA_RADIUS = { exact: 0, building: 0, postal_code: 24, region: 36, country: 48 };

const streets = document.getElementById('scan-streets');

/** When the browser has no WebGL, the library is not loaded at all. */
function canDraw() {
  const probe = document.createElement('canvas').getContext('webgl2');
  probe?.getExtension('WEBGL_lose_context')?.loseContext();
  return probe !== null;
}

function styleOf({ style, credit: attribution }) {
  if (!style.includes('{z}')) return style;
  return {
    version: 8,
    sources: { tiles: { type: 'raster', tiles: [style], tileSize: 256, attribution } },
    layers: [{ id: 'tiles', type: 'raster', source: 'tiles' }],
  };
}

function addCourse(map, { points, goal }) {
  const colour = (name) => getComputedStyle(streets).getPropertyValue(name).trim();
  const at = ({ lng, lat }) => [lng, lat];
  const feature = (geometry, properties = {}) => ({ type: 'Feature', properties, geometry });
  const all = (features) => ({ type: 'FeatureCollection', features });
  const course = feature({ type: 'LineString', coordinates: points.map(at) });
  const dots = points.map((each) =>
    feature({ type: 'Point', coordinates: at(each) }, { radius: AREA_RADIUS[each.precision] }),
  );
  map.addSource('course', { type: 'geojson', data: course });
  map.addSource('scans', { type: 'geojson', data: all(dots) });
  const layer = (id, type, source, paint) => map.addLayer({ id, type, source, paint });
  layer('areas', 'circle', 'scans', {
    ...{ 'circle-radius': ['get', 'radius'], 'circle-color': colour('--link') },
    'circle-opacity': 0.15,
  });
  layer('course', 'line', 'course', { 'line-color': colour('--link'), 'line-width': 3 });
  layer('scans', 'circle', 'scans', {
    ...{ 'circle-radius': 7, 'circle-color': colour('--link') },
    ...{ 'circle-stroke-color': colour('--card'), 'circle-stroke-width': 2 },
  });
  if (goal === null) return;
  map.addSource('goal', {
    type: 'geojson',
    data: feature({ type: 'Point', coordinates: at(goal) }),
  });
  layer('goal', 'circle', 'goal', {
    ...{ 'circle-radius': 13, 'circle-opacity': 0 },
    ...{ 'circle-stroke-color': colour('--ink'), 'circle-stroke-width': 3 },
  });
}

/** The map attribution as text: foreign markup is not copied. */
function credit(map) {
  const texts = new Set();
  for (const id of Object.keys(map.getStyle()?.sources ?? {})) {
    const { attribution } = map.getSource(id) ?? {};
    if (!attribution) continue;
    const text = new DOMParser().parseFromString(attribution, 'text/html').body.textContent;
    if (text) texts.add(text.trim());
  }
  const line = streets.querySelector('.credit');
  line.textContent = [...texts].join(' · ');
  line.hidden = texts.size === 0;
}

async function begin() {
  if (!canDraw()) return;
  const library = await import(streets.dataset.library);
  library.setWorkerUrl(new URL(streets.dataset.worker, location.href).href);
  const data = JSON.parse(streets.dataset.points);
  const bounds = new library.LngLatBounds();
  for (const { lng, lat } of data.points) bounds.extend([lng, lat]);
  if (data.goal !== null) bounds.extend([data.goal.lng, data.goal.lat]);
  // The buttons are on the right.
  const padding = { top: 48, bottom: 48, left: 48, right: 84 };
  const fit = { padding, maxZoom: CLOSEST, duration: 0 };
  const drawing = document.querySelector('#scan-frame > svg');
  // The element has a size only while visible.
  streets.hidden = false;
  const map = new library.Map({
    container: streets.querySelector('.map'),
    style: styleOf(streets.dataset),
    bounds,
    fitBoundsOptions: fit,
    attributionControl: false,
    keyboard: false,
    scrollZoom: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    dragPan: matchMedia('(pointer: fine)').matches,
    fadeDuration: 0,
  });
  const canvas = map.getCanvas();
  canvas.setAttribute('aria-hidden', 'true');
  for (const name of ['tabindex', 'role', 'aria-label']) canvas.removeAttribute(name);
  let isThere = false;
  const giveUp = () => {
    if (isThere) return;
    clearTimeout(late);
    map.remove();
    streets.hidden = true;
  };
  // If the style cannot be loaded, the drawing stays.
  const late = setTimeout(giveUp, STYLE_MS);
  map.on('error', giveUp);
  map.on('style.load', () => {
    isThere = true;
    clearTimeout(late);
    addCourse(map, data);
    drawing.setAttribute('hidden', '');
    streets.dataset.drawn = 'yes';
  });
  map.on('sourcedata', ({ sourceDataType }) => {
    if (sourceDataType === 'metadata') credit(map);
  });
  canvas.addEventListener('webglcontextlost', () => {
    drawing.removeAttribute('hidden');
    streets.hidden = true;
  });
  streets.addEventListener('click', ({ target }) => {
    const by = target.closest('button')?.dataset.zoom;
    if (by === undefined) return;
    if (by === '0') map.fitBounds(bounds, fit);
    else map.zoomTo(map.getZoom() + Number(by), { duration: 0 });
  });
}

if (streets !== null) begin().catch(() => undefined);
