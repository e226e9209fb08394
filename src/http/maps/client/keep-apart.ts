import type { MapItem, Position } from '../map-data.ts';

/** Closer marks would cover each other. */
export const GAP_PX = 25;
/** Free spots are searched in rings around an item's own place. */
const RINGS_PX = [GAP_PX + 1, 2 * GAP_PX + 2];
const SPOTS_PER_RING = 12;
/** With more items, a map that shows them all is too dense for free spots. */
const ITEMS_MAX = 400;
/** Width of the world at zoom 0, as MapLibre draws it. */
const WORLD_PX = 512;

type Pixel = readonly [x: number, y: number];

/**
 * Moves marks that would cover others at that zoom to the nearest free spot, couriers last. Pickups
 * that wait at one place stay together, because they are drawn as one. Pure.
 */
export function keepApart(items: readonly MapItem[], zoom: number): readonly MapItem[] {
  if (items.length > ITEMS_MAX) return items;
  const widthPx = WORLD_PX * 2 ** zoom;
  const occupied = new Grid();
  const spots = new Map<MapItem, Pixel>();
  const pickups = new Map<string, Pixel>();
  const first = items.filter(({ kind }) => kind === 'courier');
  for (const item of [...first, ...items.filter(({ kind }) => kind !== 'courier')]) {
    const own = toPixel([item.lng, item.lat], widthPx);
    const shared = isPickup(item) ? own.map((each) => Math.round(each / GAP_PX)).join() : null;
    const spot = pickups.get(shared ?? '') ?? (item.around ? own : occupied.freeNear(own));
    if (shared !== null) pickups.set(shared, spot);
    occupied.add(spot);
    if (spot !== own) spots.set(item, spot);
  }
  return items.map((item) => {
    const spot = spots.get(item);
    if (spot === undefined) return item;
    const [lng, lat] = toPosition(spot, widthPx);
    return { ...item, lng, lat };
  });
}

const isPickup = ({ kind, of }: MapItem) => kind === 'pickup' && of === undefined;

/** Occupied spots by cell; a cell is as wide as the gap, so only neighbours can be too close. */
class Grid {
  readonly #cells = new Map<string, Pixel[]>();

  add(spot: Pixel): void {
    const key = cellOf(spot, 0, 0);
    this.#cells.set(key, [...(this.#cells.get(key) ?? []), spot]);
  }

  /** The place itself, or else the first free spot around it; the place if there is none. */
  freeNear(own: Pixel): Pixel {
    if (this.#isFree(own)) return own;
    for (const radius of RINGS_PX) {
      for (let spot = 0; spot < SPOTS_PER_RING; spot += 1) {
        const angle = (spot * 2 * Math.PI) / SPOTS_PER_RING;
        const at = [own[0] + radius * Math.sin(angle), own[1] - radius * Math.cos(angle)] as const;
        if (this.#isFree(at)) return at;
      }
    }
    return own;
  }

  #isFree(spot: Pixel): boolean {
    const around = [-1, 0, 1];
    const near = around.flatMap((x) =>
      around.flatMap((y) => this.#cells.get(cellOf(spot, x, y)) ?? []),
    );
    return near.every(([x, y]) => Math.hypot(x - spot[0], y - spot[1]) >= GAP_PX);
  }
}

function cellOf([x, y]: Pixel, right: number, down: number): string {
  return `${Math.floor(x / GAP_PX) + right} ${Math.floor(y / GAP_PX) + down}`;
}

/** Web Mercator (EPSG:3857), in pixels from the north-west corner of the world. Pure. */
export function toPixel([lng, lat]: Position, widthPx: number): Pixel {
  const north = Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI;
  return [((lng + 180) / 360) * widthPx, ((1 - north) / 2) * widthPx];
}

function toPosition([x, y]: Pixel, widthPx: number): Position {
  const north = (1 - (2 * y) / widthPx) * Math.PI;
  return [(x / widthPx) * 360 - 180, (Math.atan(Math.sinh(north)) * 180) / Math.PI];
}
