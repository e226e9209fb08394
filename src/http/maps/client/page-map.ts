import type { MapData } from '../map-data.ts';
import { type MapHandlers, type MapView, openMap } from './map-view.ts';

// The map of a page of the console. The page may change in place, and so get a map or lose it.

const NEAR = '25%';

let frame: HTMLElement | null = null;
let view: MapView | null = null;
let newest: MapData = { items: [] };

/** The page's map; null: none is drawn. */
export const pageView = (): MapView | null => view;

/** Selects an item of a list, and shows where it is: on a phone the map may be above the screen. */
export function selectOnMap(id: string): void {
  view?.select(id);
  if (view === null || frame === null) return;
  const { top, bottom } = frame.getBoundingClientRect();
  const shown = Math.min(bottom, innerHeight) - Math.max(top, 0);
  if (shown < (bottom - top) / 2) frame.scrollIntoView({ block: 'nearest' });
}

/** Shows a note on a map without items or areas, which would look as if it were still loading. */
function markEmpty(frame: HTMLElement, { items, areas = [] }: MapData): void {
  const note = frame.querySelector<HTMLElement>('.map-empty');
  if (note) note.hidden = items.length > 0 || areas.length > 0;
}

/** What a page draws on its map. */
export function dataIn(page: Document): MapData {
  return JSON.parse(page.getElementById('map-data')?.textContent ?? '{"items":[]}');
}

/** Resolves once an element is on the screen or close to it: a phone does not load a map unseen. */
async function isNear(element: Element): Promise<void> {
  await new Promise<void>((resolve) => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        resolve();
      },
      { rootMargin: NEAR },
    );
    observer.observe(element);
  });
}

/** Draws the data on the page's map, which is opened first if it is new or comes near. */
export async function drawOnPage(data: MapData, handlers: MapHandlers): Promise<void> {
  newest = data;
  const current = document.getElementById('map-frame');
  if (current) markEmpty(current, data);
  if (current === frame) {
    view?.show(data);
    return;
  }
  view?.remove();
  view = null;
  frame = current;
  if (current === null) return;
  await isNear(current.parentElement ?? current);
  if (frame !== current) return;
  const opened = await openMap(current, data, handlers).catch(() => 'failed' as const);
  // The browser cannot draw it; the list beside it has everything.
  if (opened === null) current.remove();
  else if (opened === 'failed') offerRetry(current, handlers);
  else if (frame !== current) opened.remove();
  else {
    view = opened;
    view.show(newest);
  }
}

/** Says in place of a map that it could not be loaded, until somebody tries again. */
function offerRetry(failed: HTMLElement, handlers: MapHandlers): void {
  const note = failed.querySelector<HTMLElement>('.map-failed');
  if (note === null) return;
  const showNote = (isShown: boolean) => {
    failed.hidden = !isShown;
    note.hidden = !isShown;
  };
  showNote(true);
  const retry = () => {
    showNote(false);
    if (frame === failed) frame = null;
    void drawOnPage(newest, handlers);
  };
  note.querySelector('button')?.addEventListener('click', retry, { once: true });
}
