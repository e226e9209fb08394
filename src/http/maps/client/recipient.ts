import { capitalized } from '../../../kernel/capitalized.ts';
import { initialsOf, type MapData, type MapItem, type Position } from '../map-data.ts';
import { bearing, distanceM, fieldAround } from './geometry.ts';
import { type MapView, openMap } from './map-view.ts';

/** A coarse position means the courier is anywhere in a square field of this many metres. */
const FIELD_M = 250;
const GLIDE_MS = 900;
const TRAIL_MAX = 500;
/** Smaller moves say nothing about the direction. */
const TURN_M = 5;
/** Delay after a map could not be drawn. */
const RETRY_MS = 15_000;

interface Place {
  readonly lat: number;
  readonly lng: number;
  readonly precision: 'exact' | 'coarse';
  /** As reported by the phone; null if unknown. */
  readonly heading: number | null;
  readonly updated_at: string;
  readonly is_old: boolean;
  readonly stops_before: number | null;
  readonly courier: { readonly name: string };
}

interface Words {
  readonly texts: Readonly<Record<string, string>>;
  readonly locale: string;
  readonly zone: string | null;
  readonly door: { readonly lat: number; readonly lng: number } | null;
}

interface Drawn {
  readonly frame: HTMLElement;
  moveTo(place: Place): void;
  remove(): void;
}

let drawn: Drawn | null = null;
let isOpening = false;
let newest: Place | null = null;
let retry = 0;

/**
 * Shows the courier's position on the page of a personal link: in words, and on a map. The page's
 * other script dispatches each position.
 */
export function showCourier(main: HTMLElement): void {
  main.addEventListener('courier', (event) => {
    newest = (event as CustomEvent<Place | null>).detail;
    const section = document.getElementById('courier');
    if (newest === null) hideCourier();
    else if (section) showPlace(section, newest);
  });
}

function showPlace(section: HTMLElement, place: Place): void {
  section.hidden = false;
  writeStatus(section, place);
  const frame = document.getElementById('courier-frame');
  if (drawn && drawn.frame === frame) drawn.moveTo(place);
  else if (frame) void openMapIn(frame);
}

/** Removes the map and hides the section about the courier. */
function hideCourier(): void {
  drawn?.remove();
  drawn = null;
  const section = document.getElementById('courier');
  if (section) section.hidden = true;
}

const wordsOf = ({ dataset }: HTMLElement): Words => JSON.parse(dataset['words'] ?? '{}');

function writeStatus(section: HTMLElement, place: Place): void {
  const { texts, locale, zone, door } = wordsOf(section);
  const isRough = place.precision === 'coarse';
  const distance = door && lengthText(distanceM(place, door), isRough, locale);
  const time = timeOf(place.updated_at, locale, zone);
  const template = texts[distance === null ? 'seen' : 'seen_away'] ?? '';
  write('courier-seen', fill(template, { name: place.courier.name, time, distance }));
  write('courier-stops', stopsText(place.stops_before, texts));
  const note = place.is_old ? 'old' : isRough ? 'rough' : '';
  write('courier-rough', texts[note] ?? '');
}

function write(id: string, text: string): void {
  const line = document.getElementById(id);
  if (!line) return;
  if (line.textContent !== text) line.textContent = text;
  line.hidden = text === '';
}

function timeOf(instant: string, locale: string, zone: string | null): string {
  const form = { hour: 'numeric', minute: '2-digit' } as const;
  const at = new Date(instant);
  try {
    return new Intl.DateTimeFormat(locale, { ...form, timeZone: zone ?? undefined }).format(at);
  } catch {
    return new Intl.DateTimeFormat(locale, form).format(at);
  }
}

function stopsText(stops: number | null, texts: Words['texts']): string {
  if (stops === null) return '';
  const name = stops === 0 ? 'next_stop' : stops === 1 ? 'one_stop_before' : 'stops_before';
  const text = fill(texts[name] ?? '', { count: String(stops) });
  return capitalized(text);
}

function fill(template: string, values: Readonly<Record<string, string | null>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function lengthText(metres: number, isRough: boolean, locale: string): string {
  const step = isRough ? FIELD_M : 50;
  const nearby = Math.max(step, Math.round(metres / step) * step);
  const inKm = nearby >= 1_000;
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: inKm ? 'kilometer' : 'meter',
    maximumFractionDigits: 1,
  }).format(inKm ? metres / 1_000 : nearby);
}

async function openMapIn(frame: HTMLElement): Promise<void> {
  drawn?.remove();
  drawn = null;
  if (isOpening || retry) return;
  isOpening = true;
  drawn = await drawCourier(frame).catch(() => null);
  if (drawn === null) retryLater(frame);
  isOpening = false;
}

/** Hides the map and tries again later. Meanwhile, the page shows the position in words. */
function retryLater(frame: HTMLElement): void {
  frame.hidden = true;
  retry = setTimeout(() => {
    retry = 0;
    const section = document.getElementById('courier');
    if (newest && section) showPlace(section, newest);
  }, RETRY_MS);
}

async function drawCourier(frame: HTMLElement): Promise<Drawn | null> {
  const section = document.getElementById('courier');
  if (newest === null || section === null) return null;
  const { door } = wordsOf(section);
  const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');
  let trail: Position[] = [];
  let place = newest;
  let at: Position = [place.lng, place.lat];
  let { heading } = place;
  let glide = 0;
  const data = () => mapDataOf(place, { at, trail, door, heading });
  const view: MapView | null = await openMap(frame, data());
  if (view === null) return null;
  /** States the drawn position, for tests and for whoever debugs a page. */
  const recordPosition = () => {
    frame.dataset['at'] = `${place.lat},${place.lng}`;
  };
  recordPosition();
  return {
    frame,
    moveTo(next) {
      const from = at;
      const to: Position = [next.lng, next.lat];
      // A coarse position does not become a point of the drawn track.
      if (place.precision !== next.precision) trail = [];
      if (next.precision === 'exact') {
        if (trail.length === 0 && place.precision === 'exact') trail.push(from);
        if (distanceM(place, next) > TURN_M) heading = bearing(place, next);
        else heading = next.heading ?? heading;
        trail = [...trail, to].slice(-TRAIL_MAX);
      }
      const isGliding =
        !reducedMotion.matches && !document.hidden && place.precision === next.precision;
      place = next;
      cancelAnimationFrame(glide);
      const began = performance.now();
      const step = (now: number) => {
        const part = isGliding ? Math.min(1, Math.max(0, (now - began) / GLIDE_MS)) : 1;
        at = [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
        view.show(data());
        if (part < 1) glide = requestAnimationFrame(step);
        else {
          recordPosition();
          view.fit(reducedMotion.matches ? 0 : GLIDE_MS);
        }
      };
      step(began);
    },
    remove() {
      cancelAnimationFrame(glide);
      view.remove();
    },
  };
}

interface Shown {
  /** Where the courier is drawn, possibly still moving to the newest place. */
  readonly at: Position;
  readonly trail: readonly Position[];
  readonly door: Words['door'];
  readonly heading: number | null;
}

function mapDataOf({ precision, courier }: Place, { at, trail, door, heading }: Shown): MapData {
  const [lng, lat] = at;
  const isRough = precision === 'coarse';
  const items: MapItem[] = door ? [{ id: 'door', kind: 'door', ...door }] : [];
  if (!isRough) {
    items.push({
      id: 'courier',
      kind: 'courier',
      name: courier.name,
      number: initialsOf(courier.name),
      tone: 'good',
      lat,
      lng,
      heading,
    });
  }
  return {
    items,
    lines: [
      { kind: 'trail', points: trail.length > 0 ? [...trail.slice(0, -1), at] : [] },
      { kind: 'left', points: door ? [at, [door.lng, door.lat]] : [] },
    ],
    areas: isRough ? [fieldAround(at, FIELD_M)] : [],
  };
}
