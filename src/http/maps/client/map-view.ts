import type { MapData } from '../map-data.ts';
import { type Camera, type DrawnMap, drawMap, type Edges } from './draw-map.ts';

/** Delay before a map is drawn again, or tried again. */
const REDRAW_MS = 2_000;

/** How a person points at an item of a list: with the pointer, or by the keyboard. */
const POINTS = ['pointerover', 'focusin'];

/** A map on a page. It is drawn again when the browser has taken its graphics away. */
export interface MapView extends Pick<DrawnMap, 'show' | 'select' | 'fit' | 'remove'> {
  /** The visible part; null while nothing is drawn. */
  edges(): Edges | null;
}

export interface MapHandlers {
  /** An item was clicked on the map. */
  readonly onSelect?: (id: string) => void;
  readonly onMove?: () => void;
  /** Whether the wheel zooms the map; otherwise it scrolls the page. */
  readonly isMain?: boolean;
}

/**
 * Opens a map in the frame, which is hidden while nothing can be drawn.
 * @returns null where the browser cannot draw one.
 */
export async function openMap(
  frame: HTMLElement,
  first: MapData,
  { onSelect, onMove, isMain = false }: MapHandlers = {},
): Promise<MapView | null> {
  let data = first;
  let selected = first.chosen ?? null;
  let drawn: DrawnMap | null = null;
  let timer = 0;
  const draw = (camera?: Camera) =>
    drawMap(
      frame,
      { ...data, chosen: selected },
      {
        ...{ camera, isMain, onMove },
        onHit(id) {
          select(id);
          onSelect?.(id);
        },
        onPoint: point,
        // Phones end the graphics of pages in the background.
        onLost(moved) {
          drawn = null;
          redrawSoon(moved);
        },
      },
    );
  const redrawSoon = (camera?: Camera) => {
    timer = setTimeout(() => void redraw(camera), REDRAW_MS);
  };
  const redraw = async (camera?: Camera) => {
    const timerOfThis = timer;
    const redrawn = document.hidden ? null : await draw(camera).catch(() => null);
    if (timerOfThis !== timer) redrawn?.remove();
    else if (redrawn) {
      drawn = redrawn;
      drawn.show(data);
    } else if (frame.isConnected) redrawSoon(camera);
  };
  /** The selected item, and the one it is a detail of. */
  const currentIds = () => [selected, data.items.find(({ id }) => id === selected)?.of];
  const select = (id: string | null, scrolls = true) => {
    selected = id;
    markCurrent(currentIds(), scrolls);
    if (id === null) delete frame.dataset['selected'];
    else frame.dataset['selected'] = id;
    drawn?.select(id);
  };
  let pointed: string | null = null;
  /** Highlights what is pointed at, on the map and in the lists beside it. */
  const point = (id: string | null) => {
    if (id === pointed) return;
    pointed = id;
    const ids = id === null ? [] : [id, data.items.find((item) => item.id === id)?.of];
    for (const each of document.querySelectorAll<HTMLElement>('[data-map-item]')) {
      each.classList.toggle('pointed', ids.includes(each.dataset['mapItem']));
    }
    drawn?.point(id);
  };
  const handlePointed = ({ target }: Event) => {
    const item = target instanceof Element && target.closest<HTMLElement>('[data-map-item]');
    point((item && item.dataset['mapItem']) || null);
  };
  drawn = await draw();
  if (drawn === null) return null;
  for (const type of POINTS) document.addEventListener(type, handlePointed);
  // The page is read from its beginning.
  if (selected !== null) select(selected, false);
  return {
    show(next) {
      data = next;
      markCurrent(currentIds(), false);
      drawn?.show(next);
    },
    select: (id) => select(id),
    fit: (duration) => drawn?.fit(duration),
    edges: () => drawn?.edges() ?? null,
    remove() {
      for (const type of POINTS) document.removeEventListener(type, handlePointed);
      clearTimeout(timer);
      timer = 0;
      drawn?.remove();
      drawn = null;
    },
  };
}

/** Marks the elements of these items, in lists beside the map, as current, and no others. */
function markCurrent(ids: readonly (string | null | undefined)[], scrolls: boolean): void {
  for (const each of document.querySelectorAll('[data-map-item]')) {
    if (!ids.includes(each.getAttribute('data-map-item'))) each.removeAttribute('aria-current');
    else if (each.getAttribute('aria-current') !== 'true') {
      each.setAttribute('aria-current', 'true');
      if (scrolls) each.scrollIntoView({ block: 'nearest' });
    }
  }
}

/**
 * The item that an event in a list is about; null: none, or it is about a link or button of its
 * own.
 */
export function itemOf({ target }: Event): string | null {
  if (!(target instanceof Element)) return null;
  const item = target.closest('[data-map-item]');
  const control = target.closest('a, button, input, select, label, summary');
  if (control && control !== item && item?.contains(control)) return null;
  return item?.getAttribute('data-map-item') ?? null;
}
